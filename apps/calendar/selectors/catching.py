"""The freezes that catch the window of a plan."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from apps.calendar.models import Period
from apps.calendar.models.periods import FROZEN
from apps.calendar.rules import Plan
from apps.calendar.rules.plans import InForce
from apps.calendar.selectors.bookings import parts_of
from apps.calendar.selectors.conflicts import DRAFT
from apps.calendar.selectors.times import times_between


@dataclass(frozen=True)
class Window:
    """Components that a change of a class means to move in [start, end)."""

    component_ids: tuple[int, ...]
    start: datetime
    end: datetime
    change_class: str


@dataclass(frozen=True)
class Caught:
    """A freeze that catches a window, with its first instance [start, end) that does."""

    period: Period
    start: datetime
    end: datetime


def freezes_catching(windows: Collection[Window]) -> dict[Window, list[Caught]]:
    """Return, for each window, the freezes in force that catch any of its components, in order of time.

    Four queries for all of them, one while nothing is frozen.
    """
    caught: dict[Window, list[Caught]] = {window: [] for window in windows}
    if not windows:
        return caught
    starts, ends = [one.start for one in windows], [one.end for one in windows]
    times = [one for one in times_between(min(starts), max(ends)) if one.kind in FROZEN]
    if not times:
        return caught
    parts = parts_of({pk for one in windows for pk in one.component_ids})
    periods = Period.objects.in_bulk({time.period for time in times})
    for window in caught:
        moved = {pk: parts[pk] for pk in window.component_ids if pk in parts}
        plan = Plan(DRAFT, window.start, window.end, moved, window.change_class)
        first: dict[int, InForce] = {}
        for time in times:
            if plan.meets(time.start, time.end) and time.covered(plan):
                first.setdefault(time.period, time)
        found = sorted(first.values(), key=lambda time: (time.start, time.period))
        caught[window] = [Caught(periods[time.period], time.start, time.end) for time in found]
    return caught
