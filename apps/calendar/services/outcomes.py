"""What becomes of the changes that a period keeps back. A change of which nothing is said stays blocked: it moves."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.calendar.enums import Outcome
from apps.calendar.models import Booking, Conflict, FreezeOutcome, Period
from apps.calendar.rules.dispositions import OF_PERIOD, text_problem
from apps.calendar.selectors import disposition_in_hand
from apps.calendar.services.dispositions import exempt_from_period
from apps.calendar.services.locking import hold_calendar
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Conflict as Clash
from apps.core.errors import Invalid, Stale

_RELOAD = "Reload the page and look again."


@transaction.atomic
def say_outcome(
    *, actor: Actor, period: Period, booking: Booking, outcome: str, reason: str = ""
) -> tuple[FreezeOutcome, bool]:
    """Say what becomes of a booking that a period keeps back; return it, and whether that is new. Twice is once.

    An exemption lets it go out. What settled their conflict before must have ended, and when the period catches it
    anew, it is said anew.

    Raises:
        Invalid: it is no such outcome, or an exemption or an exception without a reason.
        Stale: the period does not hold it back. Conflict: it is settled otherwise already, or is about to be.
    """
    if outcome not in Outcome.values:
        raise Invalid({"outcome": [f"“{outcome[:40]}” is no outcome."]})
    problem = text_problem(reason, "Give the reason.", needed=outcome != Outcome.MOVES)
    if problem:
        raise Invalid({"reason": [f"{booking.ref}: {problem}"]})
    hold_calendar()
    conflict = Conflict.objects.filter(
        kind__in=OF_PERIOD, period=period, booking=booking, cleared_at=None
    ).first()
    if conflict is None:
        raise Stale(f"{period} does not hold {booking.ref} back.", remedy=_RELOAD)
    settled = disposition_in_hand(conflict) is not None
    said = FreezeOutcome.objects.select_for_update().filter(period=period, booking=booking).first()
    if said is not None and (said.outcome, said.reason) == (outcome, reason.strip()):
        counts = settled or (outcome == Outcome.MOVES and said.said_at >= conflict.found_at)
        if counts:
            return said, False
    if settled:
        raise Clash(f"Somebody has settled this for {booking.ref}, or asked for a waiver.", remedy=_RELOAD)
    said = said or FreezeOutcome(period=period, booking=booking)
    said.outcome, said.reason, said.said_at = outcome, reason.strip(), clock.now()
    said.said_by = actor.user if isinstance(actor.user, User) else None
    said.save()
    if outcome == Outcome.EXEMPT:
        exempt_from_period(actor=actor, conflict=conflict, reason=reason)
    record_event(
        event="freeze.outcome",
        actor=actor,
        obj=period,
        data={"change": booking.ref, "outcome": outcome},
        private={"reason": said.reason} if said.reason else None,
    )
    return said, True


@transaction.atomic
def note_held(*, actor: Actor, conflict: Conflict, begun_at: datetime) -> bool:
    """Write down that those who run a booking were told to hold since a freeze began; False when they were."""
    assert conflict.period is not None
    hold_calendar()
    now = clock.now()
    said, _ = FreezeOutcome.objects.select_for_update().get_or_create(
        period=conflict.period, booking=conflict.booking, defaults={"said_at": now}
    )
    if said.held_at is not None and said.held_at >= begun_at:
        return False
    said.held_at = now
    said.save(update_fields=["held_at"])
    record_event(event="freeze.held", actor=actor, obj=conflict.period, data={"change": conflict.booking.ref})
    return True
