"""Who has read a version of a playbook, and who has not."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import active_grants
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.playbooks.models import PlaybookReading, PlaybookVersion


@dataclass(frozen=True)
class Readers:
    """The people of one role: those who have read a version, each with when, and those who have not."""

    role: str
    read: list[tuple[User, datetime]]
    waiting: list[User]


def readers_of(version: PlaybookVersion) -> list[Readers]:
    """Return by role who has read a version and who has not, by name; two queries."""
    read = dict(PlaybookReading.objects.filter(version=version).values_list("person_id", "read_at"))
    held: dict[str, dict[int, User]] = {role: {} for role in version.roles}
    for grant in active_grants().filter(role__in=version.roles).select_related("user"):
        held[grant.role][grant.user_id] = grant.user
    return [_readers(role, sorted(people.values(), key=str), read) for role, people in held.items()]


def _readers(role: str, people: list[User], read: dict[int, datetime]) -> Readers:
    done = [(user, read[user.pk]) for user in people if user.pk in read]
    return Readers(Role(role).label, done, [user for user in people if user.pk not in read])


def people_to_read(version: PlaybookVersion) -> list[User]:
    """Return whom a version is for: each person once; one query."""
    found = active_grants().filter(role__in=version.roles).select_related("user").order_by("user_id")
    return list({grant.user_id: grant.user for grant in found}.values())


def has_read(user: User, version: PlaybookVersion) -> bool:
    """Return whether a person has said that they read a version."""
    return PlaybookReading.objects.filter(version=version, person=user).exists()


def read_decision(actor: Actor, version: PlaybookVersion) -> Decision:
    """Say whether an actor is asked to read a version: who holds a role that it is for."""
    if not isinstance(actor.user, User):
        return denied("Only a person can say that they have read a playbook.")
    if active_grants().filter(user=actor.user, role__in=version.roles).exists():
        return ALLOWED
    return denied("Only those whom this playbook is for say that they have read it.")
