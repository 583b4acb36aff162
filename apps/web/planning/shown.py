"""What a range of the calendar holds, of which each view draws a part."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import F

from apps.accounts.models import User
from apps.calendar.models import Booking
from apps.calendar.rules import YEARS, Scope
from apps.calendar.selectors import (
    DayClashes,
    Found,
    Head,
    Narrowed,
    bookings_drawn,
    clashes_by_day,
    clashes_drawn,
    conflicts_told,
    drawn_between,
    heads_by_day,
    rulebook_in_force,
)
from apps.web import dates
from apps.web.planning.marks import Clash, Clashes, Event, clashes_of, events_of
from apps.web.planning.stretches import Stretch, stretches_between

Place = date | int | None
DAY = timedelta(days=1)
OPENED = 4
"""Conflicts of a day that its mark opens; it leads to the others."""
CROWDED = 60
"""Conflicts in a range from which a mark opens the gravest alone."""
FORTNIGHT = 14
"""Days of a range up to which the others are told where it lists its bookings, however crowded it is."""
SHOWN_YEARS = YEARS[1:-1]
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
    return day if day.year in SHOWN_YEARS else None


@dataclass
class Shown:
    """What a range holds: of its bookings, only a few of each place."""

    events: dict[int, Event]
    heads: Sequence[Head]
    stretches: list[Stretch]
    marked: int
    clashes: list[Clash]
    clash_days: dict[int, date]
    clash_counts: Sequence[DayClashes]
    total: int
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

    def clashes_on(self, day: date) -> Clashes:
        """Return the conflicts that begin on a day; those from before the range are on its first."""
        counts = next((each for each in self.clash_counts if each.day == day), None)
        if counts is None:
            return Clashes(())
        found = tuple(clash for clash in self.clashes if self.clash_days[clash.found.id] == day)
        return Clashes(found[: self._opened], counts.blocking, counts.total - counts.blocking)

    def clashes_among(self, events: Sequence[Event]) -> Clashes:
        """Return the conflicts of some bookings, behind a mark that counts the bookings."""
        refs = {event.booking.ref for event in events}
        found = [each for each in self.clashes if each.ref in refs or each.found.ref in refs]
        blocked = sum(event.blocked for event in events)
        return Clashes(
            tuple(found[: self._opened]), blocked, sum(event.clashing for event in events) - blocked
        )

    @property
    def _opened(self) -> int:
        return 1 if sum(self.of_conflicts) > CROWDED else OPENED

    @property
    def of_conflicts(self) -> tuple[int, int]:
        """Return how many conflicts that block, and how many others, the range holds."""
        blocking = sum(each.blocking for each in self.clash_counts)
        return blocking, sum(each.total for each in self.clash_counts) - blocking

    @property
    def said(self) -> str:
        """Return what is in view: "14 changes, 2 freezes and 1 conflict in view."."""
        blocking, others = self.of_conflicts
        # One that comes again each week is one: it is counted by what was planned, not by how often it comes.
        kinds = Counter(kind for kind, _ in {(each.kind.lower(), each.url) for each in self.stretches})
        unnamed = self.marked - len(self.stretches)
        parts = [
            counted(self.total, "change"),
            *(counted(count, kind) for kind, count in sorted(kinds.items())),
            counted(unnamed, "other marked time"),
            counted(blocking, "conflict"),
            counted(others, "warning"),
        ]
        kept = [parts[0], *(part for part in parts[1:] if not part.startswith("0 "))]
        return " and ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept) + " in view."


def counted(number: int, word: str) -> str:
    """Return "1 change", "12 changes"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def shown_by_day(
    user: User, over: Days, by: Narrowed, *, most: range, clashes_first: bool, chosen: dict[str, str]
) -> Shown:
    """Return what some days hold, a few bookings of each. Eleven queries at most, whatever they hold."""
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
    where: Callable[[Scope], bool] | None = None,
) -> Shown:
    """Return what a range holds, with the bookings of these heads. ``total`` is counted where it is not known.

    ``where`` says which periods are marked, by what they cover.
    """
    if total is None:
        total = drawn_between(user, over.start, over.end, by).count()
    counts = clashes_by_day(user, over.start, over.end, by, zone=over.zone)
    crowded = sum(each.total for each in counts) > CROWDED
    most = 1 if crowded and over.count > FORTNIGHT else OPENED
    days = dict(clashes_drawn(over.start, over.end, zone=over.zone, heads=heads, most=most))
    told = conflicts_told(days)
    events = _events(user, heads, told)
    stretches, marked = stretches_in(user, over, chosen, where=where)
    return Shown(
        {each.booking.pk: each for each in events},
        heads,
        stretches,
        marked,
        clashes_of(user, told),
        days,
        counts,
        total,
    )


def stretches_in(
    user: User, over: Days, chosen: dict[str, str], *, where: Callable[[Scope], bool] | None = None
) -> tuple[list[Stretch], int]:
    """Return the marked times of these days under the filters that are chosen, and how many there are."""
    scope = {name: chosen[name] for name in ("team", "kind", "component") if name in chosen}
    return stretches_between(user, over.start, over.end, where=where, **scope)


def _events(user: User, heads: Sequence[Head], told: Iterable[tuple[Booking, Found]]) -> list[Event]:
    bookings = bookings_drawn(user, heads).annotate(
        said=F("change__state"), asked_by=F("change__requester_id")
    )
    conflicts: dict[int, list[Found]] = defaultdict(list)
    for mine, found in told:
        conflicts[mine.pk].append(found)
    stands = {head.pk: head.clash for head in heads}
    cooldown = rulebook_in_force().cooldown
    return events_of(bookings.order_by("start", "pk"), conflicts, stands, user, cooldown)
