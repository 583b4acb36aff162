"""What happened to a change, as the ledger has it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.rules import describe
from apps.audit.selectors import Entry, entries_for
from apps.changes.models import Change

_SENTENCES = {
    "change.drafted": "began a draft",
    "change.edited": "edited the draft",
    "change.submitted": "submitted {revision}",
    "change.revised": "took it back to revise it",
    "change.approved": "completed the approvals: it is approved",
    "change.rejected": "rejected it",
    "change.withdrawn": "withdrew it",
    "change.held": "put it on hold",
    "change.resumed": "took it off hold",
    "change.started": "started it",
    "change.completed": "completed it",
    "change.rolled_back": "rolled it back",
    "change.failed": "marked it as failed",
    "change.expired": "let it expire: its window passed",
    "change.closed": "closed it",
    "approval.asked": "asked everyone who must sign",
    "approval.round_closed": "closed the round of approval",
    "access.denied": "was refused",
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened: who, what, when, in their words when they gave any, and its entry in the ledger."""

    number: int
    at: datetime
    event: str
    kind: str  # person, token or system
    who: str
    user: User | None
    said: str
    words: tuple[str, ...] = field(default_factory=tuple)
    sealed: bool = False


def timeline_of(change: Change) -> list[Moment]:
    """Return everything that happened to a change, newest first; a constant number of queries.

    Edits that follow each other by the same person on the same draft count as one, the latest.
    """
    entries = entries_for("change", change.ref)
    people = _people(entries)
    moments = [_moment(entry, people) for entry in entries]
    kept = [
        moment
        for moment, after in zip_longest(moments, moments[1:])
        if not (after and moment.event == after.event == "change.edited" and moment.who == after.who)
    ]
    return kept[::-1]


def _people(entries: Iterable[Entry]) -> dict[int, User]:
    numbers = {number for entry in entries if (number := _person_in(entry.event.actor_key)) is not None}
    return User.objects.in_bulk(numbers)


def _person_in(actor_key: str) -> int | None:
    kind, _, ident = actor_key.partition(":")
    number = ident.partition("/")[0]
    return int(number) if kind in ("person", "token") and number.isdecimal() else None


def _moment(entry: Entry, people: dict[int, User]) -> Moment:
    kind, _, ident = entry.event.actor_key.partition(":")
    number = _person_in(entry.event.actor_key)
    user = people.get(number) if number is not None else None
    who = str(user) if user else f"Countersign ({ident})"
    return Moment(
        number=entry.number,
        at=entry.event.at,
        event=entry.event.event,
        kind=kind,
        who=f"{who}, by token" if kind == "token" else who,
        user=user,
        said=_said(entry),
        words=tuple(text for name, text in entry.private.items() if text and name in ("reason", "note")),
        sealed=entry.leaf is not None,
    )


def _said(entry: Entry) -> str:
    event = entry.event.event
    sentence = _SENTENCES.get(event)
    if sentence is None:
        return event.partition(".")[2].replace("_", " ")
    if event in ("approval.signed", "approval.rejected"):
        return _signed(event, entry.data)
    if event == "access.denied":
        return f"was refused: {entry.data.get('action', 'an act')}"
    return sentence.format(revision=f"revision {entry.data.get('revision', '')}".strip())


def _signed(event: str, data: dict[str, Any]) -> str:
    verb = "rejected it" if event == "approval.rejected" else "signed"
    where = str(data.get("component", "")).rpartition("/")[2]
    role = data.get("role", "")
    return f"{verb} as {describe(role, where)}" if role in Role.values else verb
