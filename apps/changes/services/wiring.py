"""The machine of a change, what must hold before its steps, and whom it listens to. Called from ``ready``."""

from apps.approvals.services import on_signed
from apps.audit.services import on_recorded
from apps.calendar.selectors import conflicts_of
from apps.calendar.services import on_conflicts_changed, on_disposition_ended
from apps.changes.models import Change
from apps.changes.rules.emergency import is_unsigned_afterwards
from apps.changes.rules.steps import TRANSITIONS
from apps.changes.rules.window import is_open
from apps.changes.selectors.discussed import discussed_change, readers_of
from apps.changes.selectors.going import goes_after_nothing, is_what_was_signed, nothing_is_retired
from apps.changes.selectors.playbooks import CONFLICT, kinds_of_conflict
from apps.changes.selectors.world import MOVES
from apps.changes.services.refreshing import look_soon
from apps.changes.services.reviewing import follow_conflicts, follow_round
from apps.changes.services.standards import SUBJECT, follow_standard_round
from apps.changes.services.using_standards import suspend_its_standard
from apps.changes.services.waivers import SUBJECT as WAIVER
from apps.changes.services.waivers import follow_cleared, follow_ended, follow_waiver_round
from apps.core import clock
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.discussions.selectors import serve
from apps.lifecycle.machine import add_effect, add_guard, register
from apps.playbooks.selectors import serve_places


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
    serve_places(CONFLICT, kinds_of_conflict)


def _window_is_open(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    return is_open(change, clock.now())


def _nothing_collides(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    met = conflicts_of(change.ref) if change.in_the_way is None else change.in_the_way.conflicts
    for conflict in met:
        if conflict.blocking:
            return denied(conflict.sentence, "Move one of the windows, or settle the conflict.")
    return ALLOWED


def _goes_after_nothing(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    return goes_after_nothing(change)


def _is_what_was_signed(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    return is_what_was_signed(change)


def _is_signed_by_everyone(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    """Refuse to close what went ahead until those passed over have signed or refused: silence ends nothing."""
    if is_unsigned_afterwards(change):
        return denied(
            "It went ahead before everyone had signed, and they have not all signed since.",
            "Those still asked sign it, or refuse it.",
        )
    return ALLOWED


def _nothing_is_retired(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    return nothing_is_retired(change)
