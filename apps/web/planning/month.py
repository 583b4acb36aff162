"""A month as a table: weeks from Monday, a cell a day, freezes as bands that keep their row over the week.

A phone shows the same cells as a list of days, without those on which nothing begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property

from apps.web import dates
from apps.web.planning.layout import in_rows
from apps.web.planning.marks import Clashes, Event
from apps.web.planning.shown import DAY, Days, Shown
from apps.web.planning.stretches import Stretch

BANDS = 3
"""Rows of freezes in a week before a day says how many more it has."""
SHOWN = 5
"""Events that a cell shows before it says how many more there are."""


@dataclass(frozen=True)
class Month:
    """A calendar month in a zone, with the whole weeks that it touches."""

    year: int
    number: int
    zone: tzinfo

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, self.number, 1)

    @property
    def days(self) -> list[date]:
        """Return the days of its weeks, from a Monday to a Sunday."""
        start = self.first - DAY * self.first.weekday()
        last = self.after.first - DAY
        count = (last - start).days + 7 - last.weekday()
        return [start + DAY * step for step in range(count)]

    @property
    def start(self) -> datetime:
        """Return the instant at which its first week starts."""
        return datetime.combine(self.days[0], time(), self.zone)

    @property
    def end(self) -> datetime:
        """Return the instant at which its last week ends."""
        return datetime.combine(self.days[-1] + DAY, time(), self.zone)

    @property
    def middle(self) -> datetime:
        """Return an instant in its middle, to name the zone by."""
        return datetime.combine(self.first + DAY * 14, time(), self.zone)

    @property
    def before(self) -> "Month":
        """Return the month before."""
        return month_of(self.first - DAY, self.zone)

    @property
    def after(self) -> "Month":
        """Return the month after."""
        return month_of(self.first + timedelta(days=31), self.zone)

    @property
    def code(self) -> str:
        """Return its name in an address: 2026-11."""
        return f"{self.year:04}-{self.number:02}"

    def holds(self, day: date) -> bool:
        """Return whether a day is in it."""
        return (day.year, day.month) == (self.year, self.number)

    def __str__(self) -> str:
        return f"{self.first:%B %Y}"


def month_of(day: date, zone: tzinfo) -> Month:
    """Return the month that holds a day."""
    return Month(day.year, day.month, zone)


def month_named(code: str, today: date, zone: tzinfo) -> Month:
    """Return the month that an address names (2026-11), or today's when it names none."""
    try:
        named = date.fromisoformat(f"{code}-01")
    except ValueError:
        return month_of(today, zone)
    return month_of(named, zone) if 1970 <= named.year <= 2999 else month_of(today, zone)


@dataclass(frozen=True)
class Band:
    """A stretch on one day. ``label`` is shown where it starts and on each Monday; ``length`` is for its room."""

    stretch: Stretch
    first: bool
    last: bool
    label: str
    length: int

    @property
    def lasts(self) -> str:
        """Return what it is and when it ends, for the reader: "Freeze, until 18:00"."""
        return f"{self.stretch.kind}, {self.stretch.lasts(dates.zone_of())}"

    @property
    def classes(self) -> str:
        """Return the classes of its look, and of the edges it has on this day."""
        ends = [name for name, here in (("first", self.first), ("last", self.last)) if here]
        return " ".join([self.stretch.look, *(ends or ["mid"])])


Span = tuple[Stretch, date, date]
"""A stretch, with the first and the last day that it touches."""


@dataclass
class Cell:
    """A day: bands (None keeps a row free), events, and the conflicts that begin on it.

    A list of the days opens with one of them; what was ``over`` before that, it leaves out.
    """

    day: date
    out: bool
    today: bool
    names_month: bool
    events: list[Event]
    more: int
    clashes: Clashes
    opens: bool = False
    over: bool = False
    bands: list[Band | None] = field(default_factory=list)
    more_bands: int = 0

    @property
    def planned(self) -> int:
        """Return how many events begin on it."""
        return len(self.events) + self.more

    @property
    def code(self) -> str:
        """Return the day as an address names it: 2026-11-19."""
        return self.day.isoformat()

    @cached_property
    def said(self) -> str:
        """Return the day in a sentence: Thu 19 Nov."""
        return dates.day(self.day)

    @property
    def full(self) -> str:
        """Return the day as a heading: Thursday 19 November."""
        return f"{self.day:%A} {self.day.day} {self.day:%B}"

    @property
    def unlisted(self) -> bool:
        """Return whether a list of days leaves it out: it was over before, or nothing begins on it."""
        begun = any(band is not None and (band.first or self.opens) for band in self.bands)
        return self.over or not (begun or self.more_bands or self.planned or self.clashes)

    @property
    def label(self) -> str:
        """Return the day's number, with the month where it changes or the table starts."""
        return f"{self.day.day} {self.day:%b}" if self.names_month else str(self.day.day)


def weeks_of(
    over: Days,
    shown: Shown,
    stretches: Sequence[Stretch],
    today: date,
    inside: Callable[[date], bool],
    *,
    since: date | None = None,
) -> list[list[Cell]]:
    """Return the table of some whole weeks, week by week. ``inside`` says which days are meant, not only touched.

    A list of the same days begins with ``since``, or else with the first.
    """
    cells = {day: _cell(day, over, shown, today, inside, since or over.first) for day in over.days}
    weeks = [over.days[start : start + 7] for start in range(0, over.count, 7)]
    spans = [(each, *each.days(over.zone)) for each in stretches]
    for week in weeks:
        _lay_bands(week, cells, spans, over.zone)
    return [[cells[day] for day in week] for week in weeks]


def _cell(
    day: date, over: Days, shown: Shown, today: date, inside: Callable[[date], bool], since: date
) -> Cell:
    events = fitting(shown.at(day), shown.more(day, 0))
    return Cell(
        day,
        not inside(day),
        day == today,
        day in (over.first, date(day.year, day.month, 1)),
        events,
        shown.more(day, len(events)),
        shown.clashes_on(day),
        opens=day == since,
        over=day < since and not any(event.days(over.zone)[1] >= since for event in events),
    )


def fitting(events: Sequence[Event], of_day: int) -> list[Event]:
    """Return the events that a cell has room for, in order of time; those in conflict come before others."""
    if of_day <= SHOWN:
        return list(events)
    chosen = sorted(events, key=lambda event: not event.clashing)[: SHOWN - 1]
    return [event for event in events if event in chosen]


def _lay_bands(week: list[date], cells: dict[date, Cell], spans: Sequence[Span], zone: tzinfo) -> None:
    """Give each stretch of the week a row that is free on all of its days, as far as there are rows."""
    here = [(span, [day for day in week if span[1] <= day <= span[2]]) for span in spans]
    touched = sorted((pair for pair in here if pair[1]), key=lambda pair: (-len(pair[1]), pair[0][0].start))
    places = in_rows([(days[0].toordinal(), days[-1].toordinal() + 1) for _, days in touched], BANDS)
    for ((stretch, begins, ends), days), row in zip(touched, places, strict=True):
        for place, day in enumerate(days):
            if row is None:
                cells[day].more_bands += 1
                continue
            label = "" if place else _label(stretch, begins == day, zone)
            bands = cells[day].bands
            bands.extend([None] * (row + 1 - len(bands)))
            bands[row] = Band(stretch, begins == day, ends == day, label, len(days))


def _label(stretch: Stretch, starts: bool, zone: tzinfo) -> str:
    if not starts:
        return f"{stretch.name}: {stretch.covers}"
    begins = dates.hour(stretch.start, zone)
    return stretch.name if begins == "00:00" else f"{stretch.name}, from {begins}"
