"""Going out, coming back, and closing."""

from django.db import transaction

from apps.approvals.services import note_start
from apps.calendar.services import finish_booking, hold_calendar, mark_under_way
from apps.changes.models import Change
from apps.changes.selectors import world_of
from apps.changes.services.access import given_reason, locked, permit, require_state
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked
from apps.lifecycle.services import advance


@transaction.atomic
def start_change(*, actor: Actor, change: Change) -> Change:
    """Start an approved change in its window, and write down when.

    Raises:
        PolicyBlocked: the window is not open, a blocking conflict stands, or this is no longer what was signed.
        Forbidden, IllegalTransition: the actor may not, or it is not approved.
    """
    held = locked(change)
    permit("start", held, actor)
    # Held until this commits, so that no freeze and no booking comes between the look and the start.
    hold_calendar()
    started = advance(held, "start", actor=actor, data=_revision(held))
    _require_the_world_that_was_signed(started)
    started.actual_start = clock.now()
    started.save(update_fields=["actual_start", "updated_at"])
    if started.round is not None:
        note_start(actor=actor, round=started.round, at=started.actual_start)
    if started.booking is not None:
        mark_under_way(actor=actor, booking=started.booking)
    return started


def _require_the_world_that_was_signed(change: Change) -> None:
    """Refuse when what it reaches, or what stands over it, is not what was signed (``refreshing`` asks again).

    It is asked here and by no guard: it costs a search of the graph, which no page that shows the step can spend.
    Guards have said by then what they know more exactly.
    """
    moved = world_of(change).moved
    if moved:
        raise PolicyBlocked(
            f"Something moved since this was signed. {moved[0].rstrip('.')}.",
            remedy="Those who judge it are asked again soon.",
        )


@transaction.atomic
def complete_change(*, actor: Actor, change: Change) -> Change:
    """End a change as it was meant. Its review opens."""
    return _end(change, "complete", actor, "")


@transaction.atomic
def roll_back_change(*, actor: Actor, change: Change, reason: str) -> Change:
    """Say that the change was undone, and why. Raises Invalid (``reason``) without a reason."""
    return _end(change, "roll_back", actor, reason, "Say what you saw that made you go back.")


@transaction.atomic
def fail_change(*, actor: Actor, change: Change, reason: str) -> Change:
    """Say that the change failed and was not undone, and why. Raises Invalid (``reason``) without a reason."""
    return _end(change, "fail", actor, reason, "Say what failed, and how things stand now.")


@transaction.atomic
def close_change(*, actor: Actor, change: Change) -> Change:
    """Close a change that has ended. Raises PolicyBlocked until its review is signed."""
    held = locked(change)
    permit("close", held, actor)
    return advance(held, "close", actor=actor)


def _end(change: Change, event: str, actor: Actor, reason: str, asked: str = "") -> Change:
    held = locked(change)
    permit(event, held, actor)
    require_state(event, held)
    private = {"reason": given_reason(reason, asked)} if asked else None
    # Written before the step, so that what opens because of it (the review) finds both times.
    held.actual_end = clock.now()
    held.save(update_fields=["actual_end", "updated_at"])
    if held.booking is not None:
        finish_booking(actor=actor, booking=held.booking, at=held.actual_end)
    return advance(held, event, actor=actor, data=_revision(held), private=private)


def _revision(change: Change) -> dict[str, object]:
    return {"revision": change.revision.number, "digest": change.revision.digest} if change.revision else {}
