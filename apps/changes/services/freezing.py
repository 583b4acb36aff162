"""A period that keeps planned changes back: each gets an outcome, and its people are told. None goes out by it.

That is a freeze over its time, or a maintenance window that leaves it outside.

In flight when it begins: the stage is finished, and then it holds.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import User
from apps.calendar import services as calendar
from apps.calendar.enums import Outcome
from apps.calendar.models import Booking, Conflict, FreezeOutcome, Period
from apps.calendar.rules.dispositions import LONGEST_WAIVER
from apps.calendar.selectors import (
    disposition_in_hand,
    kept_back_by,
    outcomes_of,
    planning_decision,
    scope_of,
    to_be_told_to_hold,
    unsaid,
    unsaid_outcomes,
)
from apps.calendar.selectors.outcomes import WHAT_TO_DO
from apps.calendar.services import PeriodPlan
from apps.changes.models import Change
from apps.changes.rules.window import said
from apps.changes.selectors import changes_in, people_of
from apps.changes.services.waivers import open_waiver, take_back
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid, Stale
from apps.outbox.services import notify


@dataclass(frozen=True)
class Said:
    """What was said to become of the changes of one booking that a period keeps back."""

    period: Period
    outcome: FreezeOutcome
    changes: list[Change]


Outcomes = Mapping[int, tuple[str, str]]
"""What was said of each booking, by its id: the outcome and the reason."""
_log = logging.getLogger(__name__)


@transaction.atomic
def declare_period(*, actor: Actor, plan: PeriodPlan, outcomes: Outcomes) -> Period:
    """Plan a period, and say of each change that it keeps back what becomes of it: ``moves`` where nothing is said.

    Raises:
        Invalid, Forbidden: as the calendar says for the period; for an outcome, at ``outcome-N`` or ``reason-N`` with
            the id of its booking.
        PolicyBlocked: nobody may sign an exception.
    """
    made = calendar.plan_period(actor=actor, plan=plan)
    _say_each(actor, made, outcomes)
    return made


@transaction.atomic
def replan_period(*, actor: Actor, period: Period, plan: PeriodPlan, outcomes: Outcomes) -> Period:
    """Change a period, and say what becomes of each change that it keeps back now and of which nothing was said.

    Raises:
        Invalid, Forbidden, PolicyBlocked: as for ``declare_period``.
    """
    held = calendar.change_period(actor=actor, period=period, plan=plan)
    _say_each(actor, held, outcomes)
    return held


@transaction.atomic
def change_outcome(
    *, actor: Actor, period: Period, booking: Booking, outcome: str, reason: str
) -> FreezeOutcome:
    """Say otherwise what becomes of a change that a freeze fell on. What let it go out before ends first.

    Raises:
        Forbidden: the actor neither owns the freeze nor may plan what it covers.
        Invalid, Stale, PolicyBlocked: as for ``declare_period``.
        Conflict: somebody settled it in the same moment.
    """
    decision = planning_decision(actor, scope_of(period))
    if not decision and (actor.user is None or actor.user.pk != period.owner_id):
        raise Forbidden(decision.reason, remedy=decision.remedy)
    conflict = kept_back_by(period).filter(booking=booking).first()
    held = disposition_in_hand(conflict) if conflict else None
    before = outcomes_of(period).get(booking.pk) if held is not None or outcome == Outcome.MOVES else None
    if before is not None and (before.outcome, before.reason) == (outcome, reason.strip()):
        return before
    if held is not None:
        take_back(actor, held)
    if conflict is None:
        raise Stale(f"{period} does not hold {booking.ref} back.", remedy="Reload the page and look again.")
    found = _say(actor, conflict, outcome, reason)
    if found is None:
        return outcomes_of(period)[booking.pk]
    _tell([found])
    return found.outcome


def say_what_was_not_said(*, actor: Actor) -> int:
    """Say of each change that a period came to keep back otherwise, as by an import, that it moves; return how many."""
    done = 0
    for _, conflicts in groupby(unsaid_outcomes(), key=lambda one: one.period_id):
        try:
            done += _say_moves(actor, list(conflicts))
        except Exception:
            _log.exception("The outcomes of a period could not be said.")
    return done


@transaction.atomic
def _say_moves(actor: Actor, conflicts: list[Conflict]) -> int:
    new = [found for one in conflicts if (found := _say(actor, one, Outcome.MOVES, ""))]
    _tell(new)
    return len(new)


def tell_to_hold(*, actor: Actor) -> int:
    """Tell those who run a change, once, that a freeze has begun over it; return how many changes."""
    return sum(_hold(conflict, actor) for conflict in to_be_told_to_hold())


def _hold(conflict: Any, actor: Actor) -> bool:
    """Tell those who run one to hold. One that fails is logged, and stops no other."""
    try:
        with transaction.atomic():
            new = calendar.note_held(actor=actor, conflict=conflict, begun_at=conflict.begun_at)
            for change in changes_in(conflict) if new else ():
                _tell_hold(change, conflict)
    except Exception:
        _log.exception("Those who run conflict %s could not be told to hold.", conflict.pk)
        return False
    return new


def _say_each(actor: Actor, period: Period, outcomes: Outcomes) -> None:
    """Say all that is not said yet, then tell each person once. What is wrong is said of all of them together."""
    if not period.holds:
        return
    found: list[Said | None] = []
    wrong: dict[str, list[str]] = {}
    for conflict in unsaid(kept_back_by(period)):
        number = conflict.booking_id
        try:
            found.append(_say(actor, conflict, *outcomes.get(number, (Outcome.MOVES, ""))))
        except Invalid as refusal:
            wrong |= {f"{name}-{number}": texts for name, texts in refusal.fields.items()}
    if wrong:
        raise Invalid(wrong)
    _tell([one for one in found if one])


def _say(actor: Actor, conflict: Conflict, outcome: str, reason: str) -> Said | None:
    """Say what becomes of one; return None when that was said already."""
    assert conflict.period is not None
    outcome_said, new = calendar.say_outcome(
        actor=actor, period=conflict.period, booking=conflict.booking, outcome=outcome, reason=reason
    )
    if not new:
        return None
    changes = changes_in(conflict)
    if outcome == Outcome.EXCEPTION:
        _ask_exception(actor, conflict, changes, reason)
    return Said(conflict.period, outcome_said, changes)


def _ask_exception(actor: Actor, conflict: Conflict, changes: list[Change], reason: str) -> None:
    """Open the round that may let it go out, until its window ends.

    Raises:
        Invalid: no waiver lasts that long yet, at ``outcome`` with the day from which on to ask.
    """
    booking, now = conflict.booking, clock.now()
    if booking.end > now + LONGEST_WAIVER:
        ends = _dated(booking.end, booking.time_zone)
        ask = _dated(booking.end - LONGEST_WAIVER, booking.time_zone)
        limit = f"An exception lasts at most {LONGEST_WAIVER.days} days, and its window ends {ends}."
        raise Invalid({"outcome": [f"{booking.ref}: {limit} Ask from {ask} on. Until then, let it move."]})
    open_waiver(
        actor,
        conflict,
        changes,
        until=max(booking.end, now + timedelta(hours=1)),
        reason=reason,
        compensating=reason,
    )


def _tell(new: list[Said]) -> None:
    """Tell each person of all their changes in one message."""
    mine: dict[User, list[tuple[Change, FreezeOutcome]]] = {}
    for one in new:
        for change in one.changes:
            for user in people_of(change):
                mine.setdefault(user, []).append((change, one.outcome))
    for user, each in mine.items():
        _tell_person(user, new[0].period, each)


def _tell_person(user: User, period: Period, each: list[tuple[Change, FreezeOutcome]]) -> None:
    [(first, held), *more] = each
    subject = f"{len(each)} of your changes" if more else f"{first.ref}: {_label(held).lower()}"
    meets = "falls on" if period.frozen else "leaves out"
    lines = [
        f"{change.ref} {change.title}, {_between(change.planned_start, change.planned_end, user)}. {_label(held)}."
        f"{f' {held.reason}' if held.reason else ''} {WHAT_TO_DO[Outcome(held.outcome)]}"
        for change, held in each
    ]
    when = (
        "" if period.rrule or period.rdates else f" It lasts from {_between(period.start, period.end, user)}."
    )
    notify(
        user=user,
        rule="freeze.outcome",
        subject=("freeze", f"{period.ref}/{first.ref}" if not more else period.ref),
        due=held.said_at,
        title=f"{period.name} {meets} {subject}",
        body="\n\n".join([f"{period.reason}{when} Times are in {user.time_zone}.", *lines]),
        url=f"/calendar/periods/{period.ref}/",
    )


def _label(held: FreezeOutcome) -> str:
    return Outcome(held.outcome).label


def _dated(moment: datetime, time_zone: str) -> str:
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def _between(start: datetime | None, end: datetime | None, user: User) -> str:
    if start is None or end is None:
        return "without a time"
    return f"{said(start, user.time_zone)} to {said(end, user.time_zone)}"


def _tell_hold(change: Change, conflict: Any) -> None:
    period = conflict.period
    for user in people_of(change):
        notify(
            user=user,
            rule="freeze.hold",
            subject=("freeze", f"{period.ref}/{change.ref}"),
            due=conflict.begun_at,
            title=f"{period.name} has begun: finish the stage of {change.ref}, then hold",
            body=(
                f"{period.reason}\n\nYou may complete {change.ref} or roll it back. Nothing else of it starts while "
                "the freeze lasts."
            ),
            url=f"/changes/{change.ref}/",
        )
