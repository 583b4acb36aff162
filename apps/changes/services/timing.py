"""What happens because time passes: reminders before a window, and expiry after it."""

from datetime import timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.services import close_round
from apps.calendar.services import release_booking
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.window import said
from apps.changes.services.access import locked
from apps.core import clock
from apps.core.actors import Actor
from apps.lifecycle.services import advance
from apps.outbox.services import notify

NOTICE = timedelta(hours=24)


@transaction.atomic
def expire_change(*, actor: Actor, change: Change) -> Change:
    """Expire a change whose window has passed without a start. One that was moved or started meanwhile is left."""
    held = locked(change)
    if held.state not in (ChangeState.IN_REVIEW, ChangeState.APPROVED):
        return held
    if held.planned_end is None or held.planned_end > clock.now():
        return held
    if held.round is not None and held.round.state == RoundState.OPEN:
        close_round(actor=actor, round=held.round)
    if held.booking is not None:
        release_booking(actor=actor, booking=held.booking)
    return advance(held, "expire", actor=actor)


@transaction.atomic
def remind_of_windows(*, limit: int = 500) -> int:
    """Tell requesters and leads of windows that open within a day, and return how many changes that were.

    A reminder is due when its time has passed, however late this runs, until the window ends (DESIGN 4.11); the
    outbox sees to it that nobody is told twice.
    """
    now = clock.now()
    soon = Change.objects.filter(
        state__in=[ChangeState.APPROVED, ChangeState.IN_REVIEW],
        planned_start__lte=now + NOTICE,
        planned_end__gt=now,
    )
    whole = soon.select_related("requester").prefetch_related("plan_steps__lead")
    changes = list(whole.order_by("planned_start")[:limit])
    for change in changes:
        _remind(change)
    return len(changes)


def _remind(change: Change) -> None:
    assert change.planned_start is not None
    people: dict[int, User] = {change.requester_id: change.requester}
    people |= {step.lead_id: step.lead for step in change.plan_steps.all()}
    opens = said(change.planned_start, change.time_zone)
    ready = change.state == ChangeState.APPROVED
    stands = "It is approved and can start then." if ready else "It is not approved yet, so it cannot start."
    for user in people.values():
        if user.is_active:
            notify(
                user=user,
                rule="change.window",
                subject=("change", change.ref),
                due=change.planned_start,
                title=f"{change.ref} starts {opens}",
                body=f"{change.title}\n\nIts window opens {opens} ({change.time_zone}). {stands}",
                url=f"/changes/{change.ref}/",
            )
