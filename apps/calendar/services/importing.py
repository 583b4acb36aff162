"""Calendar files put on the calendar, and read again: new is planned, what differs changed, what is gone ended."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from apps.audit.services import record_event
from apps.calendar.models import Conflict, Period
from apps.calendar.rules import Scope
from apps.calendar.rules.ics_in import PeriodSpec
from apps.calendar.rules.plans import Instants
from apps.calendar.selectors import scope_of
from apps.calendar.selectors.importing import (
    Difference,
    Edit,
    ImportOrder,
    import_decision,
    import_difference,
    reason_of,
    teams_of,
)
from apps.calendar.services.checking import recheck
from apps.calendar.services.locking import hold_calendar
from apps.calendar.services.periods import (
    PeriodPlan,
    around,
    check_plan,
    held_against,
    permit,
    record_period,
    write_period,
)
from apps.core import clock
from apps.core.actors import Actor


@dataclass
class _Touched:
    """The times that an import touches, by scope, so that what it catches is asked for once and not for each period."""

    periods: list[int] = field(default_factory=list)
    times: dict[str, tuple[Scope, list[Instants]]] = field(default_factory=dict)
    frozen: bool = False

    def add(self, period: Period) -> None:
        scope = scope_of(period)
        _, times = self.times.setdefault(str(scope.document()), (scope, []))
        times += around(period, list(period.occurrences.values_list("start", "end")))
        self.frozen = self.frozen or period.frozen
        self.periods.append(period.pk)

    def caught(self) -> set[int]:
        held = Conflict.objects.filter(period__in=self.periods, cleared_at=None)
        found = set(held.values_list("booking_id", flat=True))
        return found.union(
            *(held_against(scope, times, frozen=self.frozen) for scope, times in self.times.values())
        )


@transaction.atomic
def import_periods(*, actor: Actor, order: ImportOrder) -> Difference:
    """Make the calendar say what a file says, and return what that changed. Doing it again changes nothing.

    A period keeps its number for as long as the file names it. What somebody lifted here stays lifted. What is gone
    from the file is lifted, unless it is over; when it comes back, it is a new one.

    Raises:
        Invalid: the source's name cannot be, or it was imported as another kind, or nobody is named for shifts.
        Forbidden: the actor may not plan what the periods cover, or covered.
    """
    hold_calendar()
    difference = import_difference(order, clock.now())
    permit(actor, order.scope)
    import_decision(actor, order, difference).require()
    if not difference.anything:
        return difference
    touched = _Touched()
    for edit in difference.changed:
        _change(actor, edit, order, touched)
    _begin(actor, difference.new, order, touched)
    for period in difference.gone:
        _end(actor, period, touched)
    counts = {name: len(getattr(difference, name)) for name in ("new", "changed", "gone")}
    record_event(
        event="calendar.imported",
        actor=actor,
        obj=("calendar", "all"),
        data={**counts, "kind": order.kind, "scope": order.scope.document()},
        private={"source": order.source},
    )
    recheck(actor=actor, booking_ids=touched.caught())
    return difference


def _begin(actor: Actor, specs: Iterable[PeriodSpec], order: ImportOrder, touched: _Touched) -> None:
    last = Period.objects.aggregate(last=Max("number"))["last"] or 0
    for number, spec in enumerate(specs, last + 1):
        plan, period = _plan(spec, order), Period(number=number)
        check_plan(plan)
        write_period(period, plan, clock.now())
        record_period("freeze.declared" if period.frozen else "period.planned", period, actor)
        touched.add(period)


def _change(actor: Actor, edit: Edit, order: ImportOrder, touched: _Touched) -> None:
    period, plan = edit.period, _plan(edit.spec, order)
    check_plan(plan)
    touched.add(period)
    period.sequence += 1
    write_period(period, plan, clock.now())
    record_period("freeze.changed" if period.frozen else "period.changed", period, actor)
    touched.add(period)


def _end(actor: Actor, period: Period, touched: _Touched) -> None:
    touched.add(period)
    period.lifted_at = clock.now()
    # It has no name in the file any more, so that one which comes back is told from one that somebody lifted.
    period.source_uid = ""
    period.save(update_fields=["lifted_at", "source_uid", "updated_at"])
    record_period("freeze.lifted" if period.frozen else "period.lifted", period, actor)


def _plan(spec: PeriodSpec, order: ImportOrder) -> PeriodPlan:
    return PeriodPlan(
        name=spec.name,
        reason=reason_of(spec, order.source),
        recurrence=spec.recurrence,
        kind=order.kind,
        scope=order.scope,
        owner=order.owner,
        on_call=order.on_call,
        source=order.source,
        source_teams=teams_of(order.scope),
        source_uid=spec.uid,
    )
