"""The times of periods as the engine sees them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from apps.calendar.enums import PeriodKind
from apps.calendar.models import Occurrence, OnCall, Period, during
from apps.calendar.rules import InForce, Plan, Scope
from apps.calendar.rules.plans import Instants
from apps.calendar.rules.scopes import stored_scope
from apps.calendar.selectors.periods import in_force


@dataclass(frozen=True, slots=True)
class Seen:
    """What a period is called and is, what it covers, and who is on call in it."""

    name: str
    kind: PeriodKind
    scope: Scope
    on_call: tuple[int, ...] = ()

    def covers(self, plan: Plan) -> bool:
        """Return whether it covers anything that a plan moves."""
        return any(self.scope.covers(part, plan.change_class) for part in plan.parts.values())


def times_between(start: datetime, end: datetime) -> list[InForce]:
    """Return the instances of periods in force that meet [start, end), in order of time.

    Two queries, and one more when anybody is on call.
    """
    found = in_force(Occurrence.objects.all(), start, end)
    rows = list(found.values_list("period_id", "start", "end"))
    if not rows:
        return []
    known = _seen(Period.objects.filter(pk__in={row[0] for row in rows}))
    return [_as_time(known[pk], pk, begins, ends) for pk, begins, ends in rows]


def periods_in_force() -> dict[int, Seen]:
    """Return the periods that are not lifted by their ids, whenever they are. Two queries at most."""
    return _seen(Period.objects.filter(lifted_at=None))


def times_in(periods: Mapping[int, Seen], spans: Iterable[Instants]) -> list[InForce]:
    """Return the instances of these periods that meet any of these spans, in order of time. One query, none of none."""
    met = Q()
    for start, end in spans:
        met |= Q(during__overlap=(start, end))
    if not periods or not met:
        return []
    found = Occurrence.objects.alias(during=during()).filter(met, period__in=list(periods))
    rows = found.order_by("start", "end", "period_id").values_list("period_id", "start", "end")
    return [_as_time(periods[pk], pk, begins, ends) for pk, begins, ends in rows]


def windowed() -> list[InForce]:
    """Return each maintenance window in force once, from its first start to its last end.

    One without end is worked out further ahead than anything can be planned, so its last instance serves.
    """
    each = Occurrence.objects.filter(period=OuterRef("pk"))
    windows = Period.objects.filter(kind=PeriodKind.MAINTENANCE, lifted_at=None).annotate(
        first=Subquery(each.order_by("start").values("start")[:1]),
        last=Subquery(each.order_by("-start").values("end")[:1]),
    )
    rows = windows.exclude(first=None).values_list("pk", "first", "last", "scope")
    return [
        InForce(pk, PeriodKind.MAINTENANCE, first, last, stored_scope(scope))
        for pk, first, last, scope in rows
    ]


def _as_time(seen: Seen, period: int, start: datetime, end: datetime) -> InForce:
    return InForce(period, seen.kind, start, end, seen.scope, seen.on_call)


def _seen(periods: QuerySet[Period]) -> dict[int, Seen]:
    rows = list(periods.order_by().values_list("pk", "name", "kind", "scope"))
    shifts = [pk for pk, _, kind, _ in rows if kind == PeriodKind.ON_CALL]
    on_call: dict[int, tuple[int, ...]] = {}
    if shifts:
        people = OnCall.objects.filter(period__in=shifts).order_by("user_id")
        for pk, user in people.values_list("period_id", "user_id"):
            on_call[pk] = (*on_call.get(pk, ()), user)
    return {
        pk: Seen(name, PeriodKind(kind), stored_scope(scope), on_call.get(pk, ()))
        for pk, name, kind, scope in rows
    }
