"""What stands around some plans: all that the engine must see to judge them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from apps.calendar.enums import LIVE, BookingState
from apps.calendar.models import BookedComponent, Booking, during
from apps.calendar.rules import Around, Plan, Rulebook
from apps.calendar.rules.plans import Instants
from apps.calendar.selectors.bookings import plans_of
from apps.calendar.selectors.times import times_between, windowed
from apps.catalog.selectors import graph


@dataclass(frozen=True)
class Neighbourhood:
    """Some plans with all around them. ``crowd`` holds the ids of plans that share a moment with them."""

    around: Around
    plans: list[Plan]
    crowd: frozenset[int]


def neighbourhood(
    rulebook: Rulebook, focus: Collection[Plan], *, without: Iterable[str] = (), once: Iterable[Instants] = ()
) -> Neighbourhood:
    """Return what the engine must see to judge these plans.

    ``without`` leaves bookings out by reference; ``once`` adds times that the plans held before. The number of
    queries does not grow with the plans.
    """
    spans = [(plan.start, plan.end) for plan in focus] + list(once)
    start, end = min(begins for begins, _ in spans), max(ends for _, ends in spans)
    others = _others(focus, rulebook, start, end, set(without))
    crowd = frozenset[int]()
    if rulebook.limits:
        crowd = frozenset(
            plan.id for plan in others if plan.live and any(plan.meets(*span) for span in spans)
        )
        wider = [plan for plan in others if plan.id in crowd]
        if wider:
            first, last = min(plan.start for plan in wider), max(plan.end for plan in wider)
            if first < start or last > end:
                others = _others(focus, rulebook, min(first, start), max(last, end), set(without))
                start, end = min(first, start), max(last, end)
    around = Around(graph(), rulebook, times_between(start, end), windowed())
    return Neighbourhood(around, [*focus, *_kept(others, focus, rulebook, crowd)], crowd)


def _others(
    focus: Collection[Plan], rulebook: Rulebook, start: datetime, end: datetime, without: set[str]
) -> list[Plan]:
    """Return the plans that run in [start, end), and those in the quiet time around it that move the same."""
    moved = {part for plan in focus for part in plan.parts}
    same = BookedComponent.objects.filter(component_id__in=moved).values("booking_id")
    wide = start - rulebook.after, end + rulebook.after
    running = Q(state__in=LIVE, during__overlap=(start, end))
    following = Q(state__in=LIVE, during__overlap=wide, pk__in=same)
    done = Q(state=BookingState.DONE, ended_at__gte=wide[0], ended_at__lt=wide[1], pk__in=same)
    found = Booking.objects.alias(during=during()).filter(running | following | done)
    return plans_of(found.exclude(pk__in=[plan.id for plan in focus]).exclude(ref__in=without))


def _kept(
    others: list[Plan], focus: Collection[Plan], rulebook: Rulebook, crowd: Collection[int]
) -> list[Plan]:
    """Leave out, where one plan alone is judged, those that are not near it."""
    if len(focus) != 1 or crowd:
        return others
    [only] = focus
    start, end = only.start - rulebook.after, only.end + rulebook.after
    return [plan for plan in others if plan.meets(start, end) or plan.end == start or plan.start == end]
