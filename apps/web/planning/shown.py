"""What a range of the calendar holds, of which each view draws a part."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import F

from apps.accounts.models import User
from apps.calendar.selectors import (
    Head,
    Narrowed,
    bookings_drawn,
    conflict_counts,
    conflicts_of_all,
    drawn_between,
    heads_by_day,
)
from apps.web import dates
from apps.web.planning.marks import Clash, Event, clashes_of, events_of
from apps.web.planning.stretches import Stretch, stretches_between

Place = date | int | None
DAY = timedelta(days=1)
YEARS = range(1971, 2999)
"""Years that an address may name: a week or a month on either side of them still has dates."""


@dataclass(frozen=True)
class Days:
    """Some days in a row in a zone, from the first."""

    first: date
    count: int
    zone: tzinfo

    @property
    def days(self) -> list[date]:
        """Return the days."""
        return [self.first + DAY * step for step in range(self.count)]

    @property
    def last(self) -> date:
        """Return the last day."""
        return self.first + DAY * (self.count - 1)

    @property
    def start(self) -> datetime:
        """Return the instant at which the first day starts."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """Return the instant at which the last day ends."""
        return datetime.combine(self.last + DAY, time(), self.zone)

    @property
    def before(self) -> "Days":
        """Return as many days before."""
        return Days(self.first - DAY * self.count, self.count, self.zone)

    @property
    def after(self) -> "Days":
        """Return as many days after."""
        return Days(self.last + DAY, self.count, self.zone)

    def __str__(self) -> str:
        first, last = self.first, self.last
        if first == last:
            return dates.day(first)
        end = f"{last.day} {last:%B %Y}"
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {end}"
        return f"{first.day} {first:%B}{'' if first.year == last.year else f' {first.year}'} to {end}"


def week_named(text: str, today: date, zone: tzinfo, *, weeks: int = 1) -> Days:
    """Return the weeks from the Monday of the day that an address names (2026-11-19), or of today."""
    day = day_named(text) or today
    return Days(day - DAY * day.weekday(), 7 * weeks, zone)


def day_named(text: str) -> date | None:
    """Return the day that an address names, or None when it names none that a calendar can show."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


@dataclass
class Shown:
    """What a range holds: of its bookings, only a few of each place."""

    events: dict[int, Event]
    heads: Sequence[Head]
    stretches: list[Stretch]
    clashes: list[Clash]
    total: int
    conflicts: dict[str, int]
    _counts: dict[Place, int] = field(init=False)
    _at: dict[Place, list[Event]] = field(init=False)

    def __post_init__(self) -> None:
        self._counts = {head.place: head.of_place for head in self.heads}
        self._at = defaultdict(list)
        for head in self.heads:
            if head.pk in self.events:
                self._at[head.place].append(self.events[head.pk])

    def at(self, place: Place) -> list[Event]:
        """Return the bookings of a day or lane that are drawn, in order of time."""
        return self._at.get(place, [])

    def by_day(self, over: Days) -> "Shown":
        """Return the same by day, where it is by lane: only what is drawn, without what there is more of."""
        days = [
            Head(event.booking.pk, max(event.days(over.zone)[0], over.first), head.clash, 0, head.of_all)
            for event, head in ((self.events[head.pk], head) for head in self.heads if head.pk in self.events)
        ]
        once = sorted(set(days), key=lambda head: (self.events[head.pk].booking.start, head.pk))
        return replace(self, heads=once)

    def running(self, day: date) -> list[Event]:
        """Return the bookings that are drawn on days before, and still run on this day."""
        earlier = [
            each
            for place, found in self._at.items()
            if isinstance(place, date) and place < day
            for each in found
        ]
        return [each for each in earlier if each.days(dates.zone_of())[1] >= day]

    def more(self, place: Place, drawn: int) -> int:
        """Return how many a day or lane holds beyond those that are drawn."""
        return self._counts.get(place, 0) - drawn

    @property
    def said(self) -> str:
        """Return what is in view: "14 changes, 2 freezes and 1 conflict in view."."""
        blocking = self.conflicts.get("blocking", 0)
        parts = [counted(self.total, "change")]
        kinds = {each.kind.lower(): 0 for each in self.stretches}
        for each in self.stretches:
            kinds[each.kind.lower()] += 1
        parts += [counted(count, kind) for kind, count in kinds.items()]
        parts += [counted(blocking, "conflict")] if blocking else []
        warned = sum(self.conflicts.values()) - blocking
        parts += [counted(warned, "warning")] if warned else []
        return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) + " in view."


def counted(number: int, word: str) -> str:
    """Return "1 change", "12 changes"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def shown_by_day(
    user: User, over: Days, by: Narrowed, *, most: range, clashes_first: bool, chosen: dict[str, str]
) -> Shown:
    """Return what some days hold, a few bookings of each. Six queries, whatever they hold."""
    heads = heads_by_day(
        user, over.start, over.end, by, zone=over.zone, most=most, clashes_first=clashes_first
    )
    return shown(user, over, by, heads, chosen=chosen, total=heads[0].of_all if heads else 0)


def shown(
    user: User,
    over: Days,
    by: Narrowed,
    heads: Sequence[Head],
    *,
    chosen: dict[str, str],
    total: int | None = None,
) -> Shown:
    """Return what a range holds, with the bookings of these heads. ``total`` is counted where it is not known."""
    if total is None:
        total = drawn_between(user, over.start, over.end, by).count()
    events = _events(user, heads)
    scope = {name: chosen[name] for name in ("team", "kind", "component") if name in chosen}
    return Shown(
        {event.booking.pk: event for event in events},
        heads,
        stretches_between(user, over.start, over.end, **scope),
        clashes_of(events),
        total,
        conflict_counts(user, over.start, over.end, by),
    )


def _events(user: User, heads: Iterable[Head]) -> list[Event]:
    found = bookings_drawn(user, heads).annotate(said=F("change__state"), asked_by=F("change__requester_id"))
    bookings = list(found.order_by("start", "pk"))
    return events_of(bookings, conflicts_of_all(booking.ref for booking in bookings), user)
