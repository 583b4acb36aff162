"""The machine of a change, what must hold before its steps, and whom it listens to. Called from ``ready``."""

from typing import Any

from apps.approvals.services import on_signed
from apps.audit.services import on_recorded
from apps.calendar.selectors import conflicts_of, goes_after
from apps.calendar.services import on_conflicts_changed, on_disposition_ended
from apps.changes.models import Change
from apps.changes.rules.emergency import is_unsigned_afterwards
from apps.changes.rules.steps import TRANSITIONS
from apps.changes.rules.window import is_open
from apps.changes.selectors.content import items_content
from apps.changes.selectors.discussed import discussed_change, readers_of
from apps.changes.selectors.items import items_of
from apps.changes.selectors.world import MOVES
from apps.changes.services.refreshing import look_soon
from apps.changes.services.reviewing import follow_conflicts, follow_round
from apps.changes.services.standards import SUBJECT, follow_standard_round
from apps.changes.services.using_standards import suspend_its_standard
from apps.changes.services.waivers import SUBJECT as WAIVER
from apps.changes.services.waivers import follow_cleared, follow_ended, follow_waiver_round
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.decisions import ALLOWED, Decision, denied
from apps.discussions.selectors import serve
from apps.lifecycle.machine import add_effect, add_guard, register

_SIGN_AGAIN = "Revise the change, so that it is signed as it is now."


def connect() -> None:
    """Register the machine, its guards and its listeners."""
    register(Change, "change", TRANSITIONS)
    add_guard(Change, "start", _window_is_open)
    add_guard(Change, "start", _nothing_collides)
    add_guard(Change, "start", _goes_after_nothing)
    add_guard(Change, "start", _is_what_was_signed)
    add_guard(Change, "start", _nothing_is_retired)
    add_guard(Change, "close", _is_signed_by_everyone)
    on_signed("change", follow_round)
    on_signed(SUBJECT, follow_standard_round)
    on_signed(WAIVER, follow_waiver_round)
    for ended in ("fail", "roll_back"):
        add_effect(Change, ended, suspend_its_standard)
    on_conflicts_changed(follow_conflicts)
    on_conflicts_changed(follow_cleared)
    on_disposition_ended(follow_ended)
    on_recorded(MOVES, look_soon)
    serve("change", find=discussed_change, readers=readers_of)


def _window_is_open(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    return is_open(change, clock.now())


def _nothing_collides(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    met = conflicts_of(change.ref) if change.in_the_way is None else change.in_the_way.conflicts
    for conflict in met:
        if conflict.blocking:
            return denied(conflict.sentence, "Move one of the windows, or settle the conflict.")
    return ALLOWED


def _goes_after_nothing(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    """Refuse while what it was said to go after is neither done nor given back."""
    waits = goes_after(change.ref) if change.in_the_way is None else change.in_the_way.goes_after
    for first in waits:
        return denied(
            f"{change.ref} goes after {first.ref}, which is not done.",
            f"Finish {first.ref} or give its window back, or take back that one goes after the other.",
        )
    return ALLOWED


def _is_what_was_signed(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
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


def _is_signed_by_everyone(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    """Refuse to close what went ahead until those passed over have signed or refused: silence ends nothing."""
    if is_unsigned_afterwards(change):
        return denied(
            "It went ahead before everyone had signed, and they have not all signed since.",
            "Those still asked sign it, or refuse it.",
        )
    return ALLOWED


def _nothing_is_retired(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
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
