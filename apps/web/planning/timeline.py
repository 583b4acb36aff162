"""A fortnight in lanes: a lane a team, a service or a model, and in it 56 quarters of a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from apps.accounts.models import User
from apps.calendar.selectors import (
    TEAM,
    Lane,
    Narrowed,
    heads_by_lane,
    heads_in_no_lane,
    lanes_between,
)
from apps.web.planning.layout import in_rows, run_together
from apps.web.planning.marks import Clashes, Event
from apps.web.planning.shown import Days, Shown, shown, stretches_in
from apps.web.planning.stretches import Stretch, is_over

LANES = {"service": "Services", "model": "Models", TEAM: "Teams"}
WEEKS = 2
QUARTERS = 4 * 7 * WEEKS
WIDEST_TEXT = 6
"""Quarters of a day that a bar needs to be read: a shorter window is drawn as long as that."""
NAME_ROOM = 11
"""Quarters that a name needs which runs out of its shade."""
PAGE = 25
ROWS = 3
MARKED = 4
"""Rows of marked times above the lanes."""
DRAWN = 12
"""Bookings of a lane that are looked at; those that find no room are counted."""


@dataclass(frozen=True)
class Bar:
    """A booking in a lane: its first quarter, its length, its row."""

    event: Event
    first: int
    length: int
    row: int

    @property
    def classes(self) -> str:
        """Return the classes that place it."""
        return f"q{self.first + 1} w{self.length} r{self.row + 1}"


@dataclass(frozen=True)
class Shade:
    """A shaded part of a lane, with the name of the first stretch that it is made of; ``more`` have no room."""

    look: str
    first: int
    length: int
    label: Stretch
    more: int

    @property
    def classes(self) -> str:
        """Return the classes that place it."""
        return f"{self.look} q{self.first + 1} w{self.length}"

    @property
    def narrow(self) -> bool:
        """Return whether its name is wider than itself."""
        return self.length < WIDEST_TEXT

    @property
    def label_classes(self) -> str:
        """Return the classes of its name: one wider than itself runs out of it, back from the timeline's end."""
        if not self.narrow:
            return "fz-label"
        return f"fz-label fz-out{' fz-back' if self.first + NAME_ROOM > QUARTERS else ''}"


@dataclass(frozen=True)
class Track:
    """A lane as it is drawn. Without a ``lane`` it holds what is in no other."""

    lane: Lane | None
    bars: list[Bar]
    shades: list[Shade]
    clashes: Clashes
    more: int

    @property
    def query(self) -> str:
        """Return what narrows an address to the lane, ready for more."""
        if self.lane is None:
            return ""
        return urlencode({"component" if self.lane.part else "team": self.lane.key}) + "&"

    @property
    def clash_row(self) -> int:
        """Return the row below its bars, for the mark of its conflicts."""
        return max((bar.row for bar in self.bars), default=-1) + 2

    @property
    def clash_at(self) -> int:
        """Return the column in which its first bar in conflict starts, counted from 1."""
        return min([bar.first + 1 for bar in self.bars if bar.event.clashing], default=1)


@dataclass(frozen=True)
class Mark:
    """A marked time in the lane above all others, which is there before any change is planned."""

    stretch: Stretch
    first: int
    length: int
    row: int

    @property
    def classes(self) -> str:
        """Return the classes that place it."""
        return f"q{self.first + 1} w{self.length} r{self.row + 1}"


@dataclass(frozen=True)
class Timeline:
    """A page of lanes, with where now is (0 where it is not in view), and how many lanes there are.

    ``marks`` are the longest marked times; ``more_marks`` more have no room.
    """

    marks: list[Mark]
    more_marks: int
    tracks: list[Track]
    now: int
    lanes: int
    page: int

    @property
    def pages(self) -> int:
        """Return how many pages of lanes there are."""
        return max(-(-self.lanes // PAGE), 1)

    @property
    def said(self) -> str:
        """Return which lanes are shown: "Lanes 26 to 50 of 61"."""
        first = (self.page - 1) * PAGE + 1
        return f"Lanes {first} to {min(self.page * PAGE, self.lanes)} of {self.lanes:,}"

    @property
    def last(self) -> bool:
        """Return whether this is the last page: it has the lane of what is in no other."""
        return self.page >= self.pages


def timeline_of(
    user: User, over: Days, by: Narrowed, *, lanes: str, page: int, now: datetime, chosen: dict[str, str]
) -> tuple[Timeline, Shown]:
    """Return a page of lanes with what they hold. The database is asked for what these lanes show alone."""
    places = slice((page - 1) * PAGE, page * PAGE)
    found, count = lanes_between(user, over.start, over.end, by, lanes=lanes, places=places)
    heads = heads_by_lane(user, over.start, over.end, by, lanes=lanes, shown=found, most=DRAWN)
    rest = heads_in_no_lane(user, over.start, over.end, by, lanes=lanes, most=DRAWN)
    held = shown(
        user,
        over,
        by,
        [*heads, *rest],
        chosen=chosen,
        where=lambda scope: any(is_over(scope, lane) for lane in found),
    )
    marked, most = stretches_in(user, over, chosen)
    marks = marks_of(marked, over)
    tracks = [_track(lane, over, held) for lane in found]
    drawn = Timeline(marks, most - len(marks), tracks, _now(now, over), count, page)
    if rest and drawn.last:
        tracks.append(_track(None, over, held))
    return drawn, replace(held, stretches=marked, marked=most)


def marks_of(stretches: Sequence[Stretch], over: Days) -> list[Mark]:
    """Return the marked times that have room above the lanes, the longest first."""
    ranked = sorted(stretches, key=lambda each: (each.start - each.end, each.start))
    extents = [quarters(each.start, each.end, over, NAME_ROOM) for each in ranked]
    return [
        Mark(each, first, last - first, row)
        for each, (first, last), row in zip(ranked, extents, in_rows(extents, MARKED), strict=True)
        if row is not None
    ]


def _track(lane: Lane | None, over: Days, held: Shown) -> Track:
    place = lane.id if lane else None
    events = held.at(place)
    extents = [quarters(event.booking.start, event.booking.end, over, WIDEST_TEXT) for event in events]
    rows = in_rows(extents, ROWS)
    bars = [
        Bar(event, first, last - first, row)
        for event, (first, last), row in zip(events, extents, rows, strict=True)
        if row is not None
    ]
    clashes = held.clashes_among(events)
    shades = shades_over(lane, held.stretches, over) if lane else []
    return Track(lane, bars, shades, clashes, held.more(place, len(bars)))


def shades_over(lane: Lane, stretches: Sequence[Stretch], over: Days) -> list[Shade]:
    """Return the shaded parts of a lane, stretches of one look run together."""
    shades = []
    here = [each for each in stretches if is_over(each.scope, lane)]
    for look in dict.fromkeys(each.look for each in here):
        named = [each for each in here if each.look == look]
        for (first, last), parts in run_together([quarters(each.start, each.end, over) for each in named]):
            shades.append(Shade(look, first, last - first, named[parts[0]], len(parts) - 1))
    return shades


def quarters(start: datetime, end: datetime, over: Days, least: int = 1) -> tuple[int, int]:
    """Return the quarters of a day, by the clock on the wall, between which a time lies in these days."""
    first = min(max(_quarter(start, over), 0), QUARTERS - least)
    last = min(_quarter(end - timedelta(microseconds=1), over) + 1, QUARTERS)
    return first, max(last, first + least)


def _quarter(moment: datetime, over: Days) -> int:
    there = moment.astimezone(over.zone)
    return (there.date() - over.first).days * 4 + there.hour // 6


def _now(now: datetime, over: Days) -> int:
    place = _quarter(now, over)
    return place + 1 if 0 <= place < QUARTERS else 0


def page_named(text: str) -> int:
    """Return the page that an address names, or the first."""
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def lanes_named(text: str) -> str:
    """Return the kind of lanes that an address names, or services."""
    return text if text in LANES else next(iter(LANES))
