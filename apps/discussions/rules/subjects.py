"""What is talked about. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.accounts.models import User
from apps.core.decisions import ALLOWED, Decision


@dataclass(frozen=True)
class Subject:
    """What a thread is about: its name in the ledger, its title, its page and the page of its discussion.

    ``may_speak`` says whether the person who looks may say something too. ``owner`` answers for it, and is told when
    somebody begins to talk about it. ``parts`` maps each part that a thread may be about to its name for people. A
    part is an anchor of ``page``.
    """

    type: str
    ref: str
    title: str
    page: str
    url: str
    owner: User | None = None
    may_speak: Decision = ALLOWED
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Return what the ledger calls it."""
        return self.type, self.ref
