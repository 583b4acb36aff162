"""Whom a comment may name."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.accounts.selectors import active_people
from apps.discussions.rules.subjects import Subject
from apps.discussions.selectors.subjects import readers_among


@dataclass(frozen=True)
class Named:
    """The people behind names: who will be told, and who cannot be."""

    people: list[User]
    unknown: list[str]
    left: list[User]
    kept_out: list[User]


def people_named(subject: Subject, names: list[str]) -> Named:
    """Return who is behind the user names in a comment about a subject; two queries, none without a name."""
    if not names:
        return Named([], [], [], [])
    found = {user.username: user for user in User.objects.filter(username__in=names)}
    known = [found[name] for name in names if name in found]
    active = [user for user in known if user.is_active]
    may_read = readers_among(subject, active)
    return Named(
        people=[user for user in active if user.pk in may_read],
        unknown=[name for name in names if name not in found],
        left=[user for user in known if not user.is_active],
        kept_out=[user for user in active if user.pk not in may_read],
    )


def people_to_name(subject: Subject) -> list[User]:
    """Return everyone who may see a subject and so be named, by name; two queries."""
    people = list(active_people())
    may_read = readers_among(subject, people)
    return [user for user in people if user.pk in may_read]
