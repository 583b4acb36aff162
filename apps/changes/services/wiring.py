"""The machine of a change, what must hold before its steps, and whom it listens to. Called from ``ready``."""

from apps.approvals.services import on_signed
from apps.calendar.selectors import conflicts_of
from apps.calendar.services import on_conflicts_changed
from apps.changes.models import Change
from apps.changes.rules.steps import TRANSITIONS
from apps.changes.rules.window import is_open
from apps.changes.selectors.content import items_content
from apps.changes.services.reviewing import follow_conflicts, follow_round
from apps.core import clock
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.lifecycle.machine import add_guard, register


def connect() -> None:
    """Register the machine, its guards and its listeners."""
    register(Change, "change", TRANSITIONS)
    add_guard(Change, "start", _window_is_open)
    add_guard(Change, "start", _nothing_collides)
    add_guard(Change, "start", _versions_are_as_signed)
    on_signed("change", follow_round)
    on_conflicts_changed(follow_conflicts)


def _window_is_open(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    return is_open(change, clock.now())


def _nothing_collides(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    for conflict in conflicts_of(change.ref):
        if conflict.blocking:
            return denied(conflict.sentence, "Move one of the windows, or have the freeze lifted.")
    return ALLOWED


def _versions_are_as_signed(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    """Refuse when the lineage of a version is no longer what was signed (DESIGN 4.2)."""
    signed = change.revision.content.get("items", []) if change.revision else []
    for before, now in zip(signed, items_content(change), strict=True):
        if (before["component"], before["from"], before["to"]) != (now["component"], now["from"], now["to"]):
            return denied(
                f"{now['title']} {now['to']['version']} is no longer what was signed: its lineage has changed.",
                "Revise the change, so that it is signed as it is now.",
            )
    return ALLOWED
