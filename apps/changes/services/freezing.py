"""A freeze that falls on changes that are planned: each gets an outcome, and its people are told. None goes out by it.

In flight when it begins: the stage is finished, and then it holds.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.calendar import services as calendar
from apps.calendar.enums import Outcome
from apps.calendar.models import Booking, Conflict, FreezeOutcome, Period
from apps.calendar.rules.dispositions import LONGEST_WAIVER
from apps.calendar.selectors import (
    disposition_in_hand,
    freeze_conflicts,
    planning_decision,
    scope_of,
    to_be_told_to_hold,
    unsaid_outcomes,
)
from apps.calendar.selectors.outcomes import WHAT_TO_DO
from apps.calendar.services import PeriodPlan
from apps.changes.models import Change
from apps.changes.selectors import changes_in, leads_of
from apps.changes.services.waivers import open_waiver, take_back
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden
from apps.outbox.services import notify

Outcomes = Mapping[int, tuple[str, str]]
"""What was said of each booking, by its id: the outcome and the reason."""
_log = logging.getLogger(__name__)


@transaction.atomic
def declare_period(*, actor: Actor, plan: PeriodPlan, outcomes: Outcomes) -> Period:
    """Plan a period. A freeze says of each change that it falls on what becomes of it: ``moves`` where nothing is said.

    Raises:
        Invalid, Forbidden: as the calendar says for the period and for each outcome.
        PolicyBlocked: nobody may sign an exception.
    """
    made = calendar.plan_period(actor=actor, plan=plan)
    if made.frozen:
        for conflict in freeze_conflicts(made):
            outcome, reason = outcomes.get(conflict.booking_id, (Outcome.MOVES, ""))
            _say(actor, conflict, outcome, reason)
    return made


@transaction.atomic
def change_outcome(
    *, actor: Actor, period: Period, booking: Booking, outcome: str, reason: str
) -> FreezeOutcome:
    """Say otherwise what becomes of a change that a freeze fell on. What let it go out before ends first.

    Raises:
        Forbidden: the actor neither owns the freeze nor may plan what it covers.
        Invalid, Stale, PolicyBlocked: as for ``declare_period``.
    """
    decision = planning_decision(actor, scope_of(period))
    if not decision and (actor.user is None or actor.user.pk != period.owner_id):
        raise Forbidden(decision.reason, remedy=decision.remedy)
    conflict = freeze_conflicts(period).filter(booking=booking).first()
    before = FreezeOutcome.objects.filter(period=period, booking=booking).first()
    if before is not None and (before.outcome, before.reason) == (outcome, reason.strip()):
        return before
    held = disposition_in_hand(conflict) if conflict else None
    if held is not None:
        take_back(actor, held)
    if conflict is not None:
        return _say(actor, conflict, outcome, reason)
    said, _ = calendar.say_outcome(
        actor=actor, period=period, booking=booking, outcome=outcome, reason=reason
    )
    return said


def say_what_was_not_said(*, actor: Actor) -> int:
    """Say of each change that a freeze fell on otherwise, by an edit or an import, that it moves; return how many."""
    return sum(_each(conflict, actor) for conflict in unsaid_outcomes())


def _each(conflict: Conflict, actor: Actor) -> int:
    try:
        with transaction.atomic():
            _say(actor, conflict, Outcome.MOVES, "")
    except Exception:
        _log.exception("The outcome of conflict %s could not be said.", conflict.pk)
        return 0
    return 1


def tell_to_hold(*, actor: Actor) -> int:
    """Tell those who run a change, once, that a freeze has begun over it; return how many changes."""
    told = 0
    for conflict in to_be_told_to_hold():
        with transaction.atomic():
            if calendar.note_held(actor=actor, conflict=conflict):
                told += 1
                for change in changes_in(conflict):
                    _tell_hold(change, conflict)
    return told


def _say(actor: Actor, conflict: Conflict, outcome: str, reason: str) -> FreezeOutcome:
    assert conflict.period is not None
    said, new = calendar.say_outcome(
        actor=actor, period=conflict.period, booking=conflict.booking, outcome=outcome, reason=reason
    )
    if not new:
        return said
    changes = changes_in(conflict)
    if outcome == Outcome.EXCEPTION:
        _ask_exception(actor, conflict, changes, reason)
    for change in changes:
        _tell(change, conflict.period, said)
    return said


def _ask_exception(actor: Actor, conflict: Conflict, changes: list[Change], reason: str) -> None:
    """Open the round that may let it go out, until the freeze ends or for as long as a waiver lasts."""
    until = min(conflict.end, clock.now() + LONGEST_WAIVER)
    open_waiver(
        actor,
        conflict,
        changes,
        until=max(until, clock.now() + timedelta(hours=1)),
        reason=reason,
        compensating=reason,
    )


def _people(change: Change) -> list[User]:
    wanted = {need.user_id for need in leads_of(change)} | {change.requester_id}
    return list(User.objects.filter(pk__in=wanted, is_active=True).order_by("pk"))


def _tell(change: Change, period: Period, said: FreezeOutcome) -> None:
    outcome = Outcome(said.outcome)
    because = f"\n\n{said.reason}" if said.reason else ""
    for user in _people(change):
        notify(
            user=user,
            rule="freeze.outcome",
            subject=("freeze", f"{period.ref}/{change.ref}"),
            due=said.said_at,
            title=f"{period.name} falls on {change.ref}: {outcome.label.lower()}",
            body=f"{period.reason}{because}\n\n{WHAT_TO_DO[outcome]}",
            url=f"/calendar/periods/{period.ref}/",
        )


def _tell_hold(change: Change, conflict: Conflict) -> None:
    period = conflict.period
    assert period is not None
    for user in _people(change):
        notify(
            user=user,
            rule="freeze.hold",
            subject=("freeze", f"{period.ref}/{change.ref}"),
            due=conflict.start,
            title=f"{period.name} has begun: finish the stage of {change.ref}, then hold",
            body=(
                f"{period.reason}\n\nYou may complete {change.ref} or roll it back. Nothing else of it starts while "
                "the freeze lasts."
            ),
            url=f"/changes/{change.ref}/",
        )
