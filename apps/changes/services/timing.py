"""What happens because time passes: reminders before a window, and expiry after it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.services import close_round
from apps.calendar.selectors import conflicts_of_all
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
    expired = advance(held, "expire", actor=actor)
    _tell_expired(expired, held.planned_end)
    return expired


def _tell_expired(change: Change, end: datetime) -> None:
    if not change.requester.is_active:
        return
    notify(
        user=change.requester,
        rule="change.expired",
        subject=("change", change.ref),
        due=end,
        title=f"{change.ref} has expired",
        body=(
            f"{change.title}\n\nIts window ended {said(end, change.time_zone)} ({change.time_zone}), and it had not "
            "started. Revise it and choose a new window, if it is still wanted."
        ),
        url=f"/changes/{change.ref}/",
    )


@transaction.atomic
def remind_of_windows(*, limit: int = 500) -> int:
    """Tell requesters and leads of up to ``limit`` windows that open within a day, and return how many.

    A reminder is due when its time has passed, however late this runs, until the window ends (DESIGN 4.11). Each
    change is marked in the same transaction, so that those who were told keep nobody else waiting.
    """
    now = clock.now()
    soon = Change.objects.filter(
        ~Q(reminded_for=F("planned_start")),
        state__in=[ChangeState.APPROVED, ChangeState.IN_REVIEW],
        planned_start__lte=now + NOTICE,
        planned_end__gt=now,
    )
    whole = (
        soon.select_related("requester").prefetch_related("plan_steps__lead").order_by("planned_start", "pk")
    )
    changes = list(whole.select_for_update(skip_locked=True, of=("self",))[:limit])
    conflicts = conflicts_of_all(change.ref for change in changes)
    for change in changes:
        blocking = [one.sentence for one in conflicts[change.ref] if one.blocking]
        _remind(change, _stands(change, blocking))
    ids = [change.pk for change in changes]
    Change.objects.filter(pk__in=ids).update(reminded_for=F("planned_start"))
    return len(changes)


def _stands(change: Change, blocking: list[str]) -> str:
    if change.state != ChangeState.APPROVED:
        return "It is not approved yet, so it cannot start."
    if blocking:
        return f"It is approved, but it cannot start yet. {blocking[0]}"
    return "It is approved and can start then."


def _remind(change: Change, stands: str) -> None:
    assert change.planned_start is not None
    people: dict[int, User] = {change.requester_id: change.requester}
    people |= {step.lead_id: step.lead for step in change.plan_steps.all()}
    opens = said(change.planned_start, change.time_zone)
    for user in people.values():
        if user.is_active:
            notify(
                user=user,
                rule="change.window",
                subject=("change", change.ref),
                due=change.planned_start,
                title=f"The window of {change.ref} opens {opens}",
                body=f"{change.title}\n\nIts window opens {opens} ({change.time_zone}). {stands}",
                url=f"/changes/{change.ref}/",
            )
