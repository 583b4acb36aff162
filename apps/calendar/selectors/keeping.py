"""What a period that is not planned yet would keep from going out."""

from collections.abc import Sequence

from apps.calendar.enums import PeriodKind
from apps.calendar.models import Booking, Period
from apps.calendar.models.periods import FROZEN
from apps.calendar.rules import InForce, Scope
from apps.calendar.rules.examining import with_times
from apps.calendar.rules.plans import Instants
from apps.calendar.rules.times import outside
from apps.calendar.selectors.bookings import live_between, plans_of
from apps.calendar.selectors.periods import planned_inside
from apps.calendar.selectors.times import times_between, windowed

_NEW = 0
"""The id of a period that is not stored."""


def kept_back_if(
    kind: PeriodKind, scope: Scope, times: Sequence[Instants], *, instead_of: Period | None = None
) -> list[Booking]:
    """Return the live bookings that a period would keep back, in order of time. ``instead_of`` is what it replaces."""
    if kind in FROZEN:
        return planned_inside(scope, times)
    if kind != PeriodKind.MAINTENANCE or not times:
        return []
    first, last = min(start for start, _ in times), max(end for _, end in times)
    old = instead_of.pk if instead_of else _NEW
    allowed = [one for one in times_between(first, last) if one.kind == kind and one.period != old]
    allowed += [InForce(_NEW, kind, start, end, scope) for start, end in times]
    binding = [one for one in windowed() if one.period != old] + [InForce(_NEW, kind, first, last, scope)]
    plans = sorted(plans_of(live_between(first, last)), key=lambda plan: (plan.start, plan.id))
    kept = [
        found.first
        for plan, near in with_times(plans, allowed)
        for found in outside(plan, near, binding)
        if found.period == _NEW
    ]
    return list(Booking.objects.filter(pk__in=kept).order_by("start", "pk"))
