"""Whether a change may go: what its start and the gate both ask, whoever calls."""

from typing import Any

from apps.calendar.selectors import goes_after
from apps.changes.models import Change
from apps.changes.selectors.content import items_content
from apps.changes.selectors.items import items_of
from apps.core.canonical import digest
from apps.core.decisions import ALLOWED, Decision, denied

_SIGN_AGAIN = "Revise the change, so that it is signed as it is now."


def goes_after_nothing(change: Change) -> Decision:
    """Refuse while what it was said to go after is neither done nor given back; a query, if it is not known yet."""
    waits = goes_after(change.ref) if change.in_the_way is None else change.in_the_way.goes_after
    for first in waits:
        return denied(
            f"{change.ref} goes after {first.ref}, which is not done.",
            f"Finish {first.ref} or give its window back, or take back that one goes after the other.",
        )
    return ALLOWED


def is_what_was_signed(change: Change) -> Decision:
    """Refuse when what would run differs by one byte from what was signed (DESIGN 4.2)."""
    revision, round_ = change.revision, change.round
    if revision is None or round_ is None:
        return denied("Nothing was signed.", "Submit the change, so that it is signed.")
    if not digest(revision.content) == revision.digest == round_.digest:
        return denied(
            f"Revision {revision.number} is no longer what was signed: its digest differs.",
            "Tell a Change Manager. Then revise the change, so that it is signed again.",
        )
    return _moves_as_signed(revision.content.get("items", []), items_content(change))


def _moves_as_signed(signed: list[dict[str, Any]], now: list[dict[str, Any]]) -> Decision:
    if len(signed) != len(now):
        return denied("What moves is no longer what was signed.", _SIGN_AGAIN)
    for was, item in zip(signed, now, strict=True):
        if any(was.get(part) != item[part] for part in ("component", "from", "to")):
            return denied(
                f"{item['title']} {item['to']['version']} is no longer what was signed: its lineage has changed.",
                _SIGN_AGAIN,
            )
    return ALLOWED


def nothing_is_retired(change: Change) -> Decision:
    """Refuse when what it moves, or what it moves to, has left the catalog since it was signed."""
    for item in items_of(change):
        if item.component.retired_at is not None:
            return denied(f"{item.component} is retired.", "Revise the change without it.")
        if item.to_version.retired_at is not None:
            return denied(
                f"{item.component} {item.to_version.version} is retired.",
                "Revise the change and choose another version.",
            )
    return ALLOWED
