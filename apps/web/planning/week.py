"""A week by the hour: a column a day, and in it 48 half hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from apps.web import dates
from apps.web.planning.layout import Spot, run_together, side_by_side
from apps.web.planning.marks import Clashes, Event
from apps.web.planning.shown import DAY, Days, Shown
from apps.web.planning.stretches import Stretch

ROWS = 48
TALLEST_TEXT = 2
"""Half hours that a box needs to be read: a shorter window is drawn as long as that."""
ABREAST = 3
WIDER = 3
"""Days with boxes beside each other that get more room; if there are more of them, all days are alike."""
DRAWN = 12
"""Bookings that a column draws before it says how many more there are."""
LABELS = 2


@dataclass(frozen=True)
class Slot:
    """A booking in a column: its first row, its length, and which part of the width it has.

    ``rest`` is how many rows of its quiet time follow on this day.
    """

    event: Event
    row: int
    length: int
    spot: Spot
    rest: int = 0

    @property
    def classes(self) -> str:
        """Return the classes that place it."""
        return f"s{self.row} l{self.length} {self._part}"

    @property
    def rest_classes(self) -> str:
        """Return the classes that place its quiet time."""
        return f"s{self.row + self.length} l{self.rest} {self._part}"

    @property
    def _part(self) -> str:
        return f"k{self.spot.column + 1}of{self.spot.columns}"


@dataclass(frozen=True)
class Label:
    """The name of a stretch, where it is shaded."""

    text: str
    stretch: Stretch


@dataclass(frozen=True)
class Edge:
    """Where a stretch starts within a part that is shaded already."""

    row: int
    length: int
    label: Label


@dataclass(frozen=True)
class Shade:
    """A shaded part of a column, with the names of the stretches that it is made of; ``more`` have no room.

    ``labels`` stand at its top, ``edges`` where a stretch starts further down. One that is ``beside`` leaves half of
    the width to what must not change at the same time.
    """

    look: str
    row: int
    length: int
    labels: list[Label]
    edges: list[Edge]
    more: int
    starts: bool
    ends: bool
    beside: bool

    @property
    def classes(self) -> str:
        """Return the classes of its edges."""
        return " ".join(
            [self.look, *(["on"] if not self.ends else []), *(["off"] if not self.starts else [])]
        )


@dataclass(frozen=True)
class Column:
    """A day of the week."""

    day: date
    today: bool
    weekend: bool
    clocks: str
    slots: list[Slot]
    shades: list[Shade]
    clashes: Clashes
    more: int

    @property
    def busy(self) -> bool:
        """Return whether boxes stand beside each other, so that it needs more room."""
        return any(slot.spot.columns > 1 for slot in self.slots)

    @property
    def last_row(self) -> int:
        """Return the row below its last box, where a mark has room."""
        return min(max((slot.row + slot.length for slot in self.slots), default=0), ROWS - TALLEST_TEXT)


def columns_of(week: Days, shown: Shown, today: date) -> list[Column]:
    """Return the columns of a week."""
    events = [event for day in week.days for event in shown.at(day)]
    return [_column(day, week, shown, events, today) for day in week.days]


def _column(day: date, week: Days, shown: Shown, events: Sequence[Event], today: date) -> Column:
    here = [event for event in events if _touches(event.days(week.zone), day)]
    first = sorted(here, key=lambda event: (event.clash, event.booking.start, event.booking.pk))[:DRAWN]
    drawn = sorted(first, key=lambda event: (event.booking.start, event.booking.pk))
    extents = [_rows(event.booking.start, event.booking.end, day, week) for event in drawn]
    spots = side_by_side(extents, ABREAST)
    slots = [
        Slot(event, row, end - row, spot, _rest(event, end, day, week))
        for event, (row, end), spot in zip(drawn, extents, spots, strict=True)
        if spot is not None
    ]
    begun = sum(_first_day(slot.event, week) == day for slot in slots)
    return Column(
        day,
        day == today,
        day.weekday() > 4,
        clocks_on(day, week.zone),
        slots,
        shades_of(shown.stretches, day, week),
        shown.clashes_on(day),
        shown.more(day, begun),
    )


def _rest(event: Event, end: int, day: date, week: Days) -> int:
    """Return how many rows of an event's quiet time follow it on the day on which it ends."""
    if event.quiet_until is None or event.days(week.zone)[1] != day:
        return 0
    return _rows(event.booking.end, event.quiet_until, day, week, 1)[1] - end


def clocks_on(day: date, zone: tzinfo) -> str:
    """Return what the clocks of a zone do on a day: nothing on most."""
    first, last = (datetime.combine(each, time(), zone) for each in (day, day + DAY))
    turned = (last.utcoffset() or timedelta()) - (first.utcoffset() or timedelta())
    if not turned:
        return ""
    return "The clocks go forward" if turned > timedelta() else "The clocks go back"


def _first_day(event: Event, week: Days) -> date:
    """Return the first day of the week that a booking touches: there it is counted."""
    return max(event.days(week.zone)[0], week.first)


def shades_of(stretches: Sequence[Stretch], day: date, week: Days) -> list[Shade]:
    """Return the shaded parts of a day, stretches of one look run together."""
    shades: list[Shade] = []
    midnight = datetime.combine(day + DAY, time(), week.zone)
    # What must not change comes first, by the names of the looks.
    for look in sorted({each.look for each in stretches}):
        here = [each for each in stretches if each.look == look and _touches(each.days(week.zone), day)]
        rows = [_rows(each.start, each.end, day, week, 1) for each in here]
        for (row, end), parts in run_together(rows):
            named = [here[part] for part in parts]
            starts = any(each.days(week.zone)[0] == day for each in named)
            ends = end < ROWS or any(each.end == midnight for each in named)
            top = [
                Label(_named(here[part], day, week), here[part]) for part in parts if rows[part][0] <= row + 3
            ]
            edges = [
                Edge(rows[part][0], end - rows[part][0], Label(here[part].name, here[part]))
                for part in parts
                if rows[part][0] > row + 3
            ]
            more = max(len(top) - LABELS, 0)
            beside = any(row < each.row + each.length and each.row < end for each in shades)
            shades.append(
                Shade(look, row, end - row, top[:LABELS], edges[:LABELS], more, starts, ends, beside)
            )
    return shades


def _touches(days: tuple[date, date], day: date) -> bool:
    return days[0] <= day <= days[1]


def _rows(
    start: datetime, end: datetime, day: date, week: Days, least: int = TALLEST_TEXT
) -> tuple[int, int]:
    """Return the half hours of the clock on the wall between which a time lies on a day."""
    begins, ends = start.astimezone(week.zone), end.astimezone(week.zone)
    first = _row(begins.time()) if begins.date() == day else 0
    last = _row((ends - timedelta(microseconds=1)).time()) + 1 if ends.date() == day else ROWS
    last = ROWS if ends.date() > day else max(last, first + least)
    return min(first, ROWS - least), min(max(last, first + least), ROWS)


def _row(at: time) -> int:
    return at.hour * 2 + at.minute // 30


def _named(stretch: Stretch, day: date, week: Days) -> str:
    """Return a stretch's name, with the hour on the day on which it starts, or the day until which it lasts."""
    begins, ends = stretch.days(week.zone)
    hour = dates.hour(stretch.start, week.zone)
    if begins == day and hour != "00:00":
        return f"{stretch.name}, from {hour}"
    return stretch.until(week.zone) if day == min(ends, week.last) and begins != ends else stretch.name
