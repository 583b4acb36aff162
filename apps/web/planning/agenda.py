"""The same calendar as a list, day by day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from apps.web.planning.marks import Event
from apps.web.planning.shown import Days, Shown
from apps.web.planning.stretches import Stretch

BESIDE = 3
"""Bookings that a day lists where the list stands in for a table, on a phone."""
MOST = 25
"""Bookings that a day lists among other days before it says how many more there are."""
LONGEST = 200
"""Lines of a list before it says where it goes on."""
BRIEF = 60
"""The same, where the list stands in for a table."""
PAGE = 100
"""Bookings on a page of a day on its own."""
MARKED = 10
"""Freezes that a day lists before it says how many more there are."""


@dataclass(frozen=True)
class Line:
    """One line of the agenda: an event or a stretch."""

    at: datetime
    title: str
    url: str
    event: Event | None = None
    stretch: Stretch | None = None


@dataclass
class Day:
    """A day of the agenda, with its lines in order of time, and how many bookings and freezes it has besides."""

    day: date
    today: bool
    lines: list[Line]
    more: int
    more_stretches: int


def agenda_of(
    shown: Shown, *, over: Days, today: date, before: int = 0, most: int = PAGE, longest: int = LONGEST
) -> tuple[list[Day], date | None]:
    """Return the days on which something begins, and the day from which the list goes on, if it was cut.

    What began before is on the first day. ``before`` bookings of each day stand on pages before this; ``most`` of
    each are listed, and about ``longest`` lines in all.
    """
    days: list[Day] = []
    length = 0
    begins: dict[date, list[Stretch]] = defaultdict(list)
    for each in shown.stretches:
        begins[max(each.days(over.zone)[0], over.first)].append(each)
    for day in over.days:
        found = _day(day, shown, over, today, before, most, begins[day])
        if not found.lines:
            continue
        if days and length + len(found.lines) > longest:
            return days, day
        days.append(found)
        length += len(found.lines)
    return days, None


def _day(
    day: date, shown: Shown, over: Days, today: date, before: int, most: int, marked: Sequence[Stretch]
) -> Day:
    events = shown.at(day)[:most]
    more = shown.more(day, before + len(events))
    if day == over.first:
        events = [*shown.running(day), *events]
    lines = [Line(each.start, each.until(over.zone), each.url, stretch=each) for each in marked[:MARKED]]
    lines += [Line(each.booking.start, each.booking.title, each.booking.url, each) for each in events]
    lines.sort(key=lambda line: (line.at, line.event is not None))
    return Day(day, day == today, lines, more, max(len(marked) - MARKED, 0))
