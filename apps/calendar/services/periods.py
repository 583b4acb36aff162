"""Periods: planned, changed and lifted, with their instances worked out ahead."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Conflict, Occurrence, OnCall, Period
from apps.calendar.rules import EVERYTHING, Recurrence, Scope, checked_recurrence, instances, span_from_local
from apps.calendar.rules.horizon import worked_out
from apps.calendar.rules.plans import Instants
from apps.calendar.selectors import (
    planned_inside,
    planned_to_reach,
    planning_decision,
    recurrence_of,
    rulebook_in_force,
    scope_of,
)
from apps.calendar.services.checking import recheck
from apps.calendar.services.locking import hold_calendar
from apps.core import clock
from apps.core.actors import Actor
from apps.core.clock import iso
from apps.core.errors import Forbidden, Invalid

NAME_LIMIT = 120
REASON_LIMIT = 4_000


@dataclass(frozen=True)
class PeriodPlan:
    """What a period is to be. ``recurrence`` holds its wall-clock, its zone, and how it repeats."""

    name: str
    reason: str
    recurrence: Recurrence
    kind: PeriodKind = PeriodKind.FREEZE
    scope: Scope = field(default=EVERYTHING)
    owner: User | None = None
    on_call: tuple[User, ...] = ()
    source: str = ""
    source_teams: str = ""
    source_uid: str = ""


@transaction.atomic
def plan_period(*, actor: Actor, plan: PeriodPlan) -> Period:
    """Put a period on the calendar. What is already planned inside it is in conflict from now on.

    Raises:
        Invalid: at the field: the name, the reason or the recurrence cannot be, or the time is over.
        Forbidden: the actor is neither a Change Manager nor an owner of what it covers.
    """
    check_plan(plan)
    permit(actor, plan.scope)
    hold_calendar()
    period = Period(number=1 + (Period.objects.aggregate(last=Max("number"))["last"] or 0))
    if write_period(period, plan, clock.now()) == 0 and period.end <= clock.now():
        raise Invalid({"local_end": ["This time is over. A freeze must end in the future."]})
    record_period("freeze.declared" if period.frozen else "period.planned", period, actor)
    _recheck(actor, period)
    return period


@transaction.atomic
def change_period(*, actor: Actor, period: Period, plan: PeriodPlan) -> Period:
    """Change a period's times, scope, name or reason. Its kind stays; changing nothing is no edit.

    Raises:
        Invalid: at the field, as for a new one, or it is lifted.
        Forbidden: the actor may not plan what it covered, or what it would cover.
    """
    check_plan(plan)
    permit(actor, scope_of(period))
    permit(actor, plan.scope)
    hold_calendar()
    held = Period.objects.select_for_update().get(pk=period.pk)
    if held.lifted_at is not None:
        raise Invalid({"name": ["It is lifted. Plan a new one."]})
    before, caught = content_of(held), _caught_ids(held)
    _fill(held, plan)
    if _content(held, {user.pk for user in plan.on_call}) != before:
        held.sequence += 1
        write_period(held, plan, clock.now())
        record_period("freeze.changed" if held.frozen else "period.changed", held, actor)
        _recheck(actor, held, caught)
    return held


@transaction.atomic
def lift_period(*, actor: Actor, period: Period, reason: str) -> Period:
    """End a period for good, and say why: it holds nothing any more. Lifting it again changes nothing.

    Raises:
        Invalid: at ``reason``, where none is given or it is too long.
        Forbidden: the actor is neither a Change Manager nor an owner of what it covers.
    """
    permit(actor, scope_of(period))
    _require_reason(reason)
    hold_calendar()
    caught = _caught_ids(period)
    period.lifted_at = clock.now()
    if Period.objects.filter(pk=period.pk, lifted_at=None).update(lifted_at=period.lifted_at):
        record_event(
            event="freeze.lifted" if period.frozen else "period.lifted",
            actor=actor,
            obj=period,
            data=_public(period),
            private={"reason": reason.strip()},
        )
        _recheck(actor, period, caught)
    else:
        period.refresh_from_db()
    return period


@transaction.atomic
def skip_time(*, actor: Actor, period: Period, start: datetime, reason: str) -> Period:
    """Take one coming time out of a series, and say why; the ledger keeps the reason.

    Raises:
        Invalid: at ``start`` or ``reason``: none of its coming times starts then, it is the only one left, or no
            reason is given.
        Forbidden: the actor is neither a Change Manager nor an owner of what it covers.
    """
    permit(actor, scope_of(period))
    _require_reason(reason)
    hold_calendar()
    held = Period.objects.select_for_update().get(pk=period.pk)
    now, caught = clock.now(), _caught_ids(held)
    coming = held.occurrences.filter(end__gt=now)
    time = coming.filter(start=start, start__gt=now).first()
    if held.lifted_at is not None or time is None:
        raise Invalid({"start": ["None of its coming times starts then. Reload the page and choose again."]})
    if coming.count() == 1:
        raise Invalid({"start": ["It is the only one left. End the whole of it instead."]})
    away = _left_out(held, time)
    held.exdates, held.sequence = sorted({*held.exdates, away}), held.sequence + 1
    held.save(update_fields=["exdates", "sequence", "updated_at"])
    time.delete()
    event = "freeze.skipped" if held.frozen else "period.skipped"
    record_event(
        event=event,
        actor=actor,
        obj=held,
        data=_public(held) | {"skipped": away},
        private={"reason": reason.strip()},
    )
    _recheck(actor, held, caught)
    return held


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > REASON_LIMIT or "\x00" in reason:
        raise Invalid({"reason": [f"Give the reason, in at most {REASON_LIMIT:,} characters."]})


def _left_out(period: Period, time: Occurrence) -> str:
    """Return how a time is left out: by its day, or by its hour where others start on that day too."""
    day = timedelta(days=1)
    near = instances(recurrence_of(period), time.start - day, time.end + day)
    local = next(each.local_start for each in near if each.start == time.start)
    return local if sum(each.local_start[:10] == local[:10] for each in near) > 1 else local[:10]


@transaction.atomic
def extend_periods(*, actor: Actor) -> int:
    """Work out the instances that have come within reach since the last time; return how many are new.

    Nothing that is planned lies that far ahead, so no conflict changes by it.
    """
    hold_calendar()
    now, made = clock.now(), 0
    for period in Period.objects.filter(lifted_at=None).exclude(rrule=""):
        last = Occurrence.objects.filter(period=period).aggregate(last=Max("start"))["last"]
        coming = worked_out(recurrence_of(period), now)
        made += _add(period, [one for one in coming if last is None or one[0] > last])
    if made:
        record_event(
            event="calendar.extended", actor=actor, obj=("calendar", "all"), data={"instances": made}
        )
    return made


def check_plan(plan: PeriodPlan) -> None:
    """Raise Invalid at the field of a plan that is missing or too long."""
    missing = {"name": plan.name, "reason": plan.reason}
    if not all(text.strip() for text in missing.values()):
        raise Invalid({name: [f"Give a {name}."] for name, text in missing.items() if not text.strip()})
    if len(plan.name.strip()) > NAME_LIMIT:
        raise Invalid({"name": [f"Keep the name to {NAME_LIMIT} characters."]})
    if len(plan.reason) > REASON_LIMIT:
        raise Invalid({"reason": [f"Keep the reason to {REASON_LIMIT:,} characters."]})
    if plan.kind == PeriodKind.ON_CALL and not plan.on_call:
        raise Invalid({"on_call": ["Name whoever is on call."]})


def write_period(period: Period, plan: PeriodPlan, now: datetime) -> int:
    """Write what a period is to be, and its instances; return how many of them end in the future."""
    _fill(period, plan)
    period.save()
    period.people.all().delete()
    OnCall.objects.bulk_create(OnCall(period=period, user=user) for user in plan.on_call)
    coming = worked_out(recurrence_of(period), now)
    period.occurrences.all().delete()
    _add(period, coming)
    return sum(end > now for _, end in coming)


def _fill(period: Period, plan: PeriodPlan) -> None:
    """Let a period be what a plan says, without writing it."""
    recurrence = checked_recurrence(**asdict(plan.recurrence))
    span = span_from_local(recurrence.local_start, recurrence.local_end, recurrence.time_zone)
    period.name, period.reason = plan.name.strip(), plan.reason.strip()
    period.start, period.end, period.time_zone = span.start, span.end, span.time_zone
    period.local_start, period.local_end = span.local_start, span.local_end
    period.rrule = recurrence.rrule
    period.exdates, period.rdates = list(recurrence.exdates), list(recurrence.rdates)
    period.scope, period.owner = plan.scope.document(), plan.owner
    if period._state.adding:  # noqa: SLF001
        period.kind, period.source, period.source_uid = plan.kind, plan.source, plan.source_uid
        period.source_teams = plan.source_teams


def _add(period: Period, worked_out: Collection[Instants]) -> int:
    rows = [Occurrence(period=period, start=start, end=end) for start, end in worked_out]
    return len(Occurrence.objects.bulk_create(rows, batch_size=2_000))


def _caught_ids(period: Period) -> set[int]:
    """Return the live bookings that a period may hold something against, by its instances and by its conflicts."""
    times = list(period.occurrences.values_list("start", "end"))
    return held_against(scope_of(period), around(period, times), frozen=period.frozen) | set(
        Conflict.objects.filter(period=period, cleared_at=None).values_list("booking_id", flat=True)
    )


def held_against(scope: Scope, times: list[Instants], *, frozen: bool) -> set[int]:
    """Return the live bookings that a period may hold something against: a freeze also against what only reaches it."""
    if frozen:
        return planned_to_reach(scope, times, rulebook_in_force())
    return {booking.pk for booking in planned_inside(scope, times)}


def around(period: Period, times: list[Instants]) -> list[Instants]:
    """Return the times in which a period matters: a maintenance window from its first start to its last end."""
    if period.kind != PeriodKind.MAINTENANCE or not times:
        return times
    return [(min(start for start, _ in times), max(end for _, end in times))]


def _recheck(actor: Actor, period: Period, before: Iterable[int] = ()) -> None:
    recheck(actor=actor, booking_ids=_caught_ids(period) | set(before))


def permit(actor: Actor, scope: Scope) -> None:
    """Raise Forbidden when the actor may not plan a period of this scope."""
    decision = planning_decision(actor, scope)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


def content_of(period: Period) -> dict[str, object]:
    """Return all that an edit can change, as the ledger holds it."""
    return _content(period, period.people.values_list("user_id", flat=True))


def _content(period: Period, on_call: Iterable[int]) -> dict[str, object]:
    return {
        "kind": period.kind,
        "scope": period.scope,
        "start": iso(period.start),
        "end": iso(period.end),
        "time_zone": period.time_zone,
        "local_start": period.local_start,
        "local_end": period.local_end,
        "rrule": period.rrule,
        "exdates": period.exdates,
        "rdates": period.rdates,
        "owner": f"person:{period.owner_id}" if period.owner_id else None,
        "on_call": [f"person:{pk}" for pk in sorted(on_call)],
        "name": period.name,
        "reason": period.reason,
    }


def record_period(event: str, period: Period, actor: Actor) -> None:
    """Record what a period says now."""
    private = {"name": period.name, "reason": period.reason}
    record_event(event=event, actor=actor, obj=period, data=_public(period), private=private)


def _public(period: Period) -> dict[str, object]:
    """Return its content without what people wrote."""
    return {name: value for name, value in content_of(period).items() if name not in ("name", "reason")}
