"""Who owns which kind of subject. Upper floors say so when Django starts."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from apps.accounts.models import User
from apps.discussions.rules.subjects import Subject

Find = Callable[[User, str], Subject | None]
Readers = Callable[[str, Collection[User]], set[int]]


@dataclass(frozen=True)
class _Owner:
    find: Find
    readers: Readers


_owners: dict[str, _Owner] = {}


def serve(subject_type: str, *, find: Find, readers: Readers) -> None:
    """Let people talk about a kind of subject; called from the ``AppConfig.ready`` of whoever owns it.

    ``find`` answers with a subject that a person may see, or None. ``readers`` answers which of some people may
    see it, by number, in one query.
    """
    _owners[subject_type] = _Owner(find, readers)


def subject_for(user: User, subject_type: str, ref: str) -> Subject | None:
    """Return a subject, or None when there is none that the person may see. An unknown kind is seen by nobody."""
    owner = _owners.get(subject_type)
    return owner.find(user, ref) if owner else None


def readers_among(subject: Subject, people: Collection[User]) -> set[int]:
    """Return the numbers of those people who may see a subject."""
    owner = _owners.get(subject.type)
    return owner.readers(subject.ref, people) if owner and people else set()
