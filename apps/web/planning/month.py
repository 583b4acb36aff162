"""A month as a table: weeks from Monday, a cell a day, freezes as bands that keep their row over the week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from apps.calendar.models import Freeze
from apps.web import dates
from apps.web.planning.marks import Clash, Event, days_of, freeze_url, scope_words

DAY = timedelta(days=1)
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
    """A freeze on one day. ``label`` is shown where it starts and on each Monday; ``length`` is for its room."""

    freeze: Freeze
    first: bool
    last: bool
    label: str
    length: int

    @property
    def url(self) -> str:
        """Return the address of the freeze."""
        return freeze_url(self.freeze)

    @property
    def classes(self) -> str:
        """Return the classes of the edges it has on this day."""
        ends = [name for name, here in (("first", self.first), ("last", self.last)) if here]
        return " ".join(ends) or "mid"


@dataclass
class Cell:
    """A day: bands (None keeps a row free), events, and the conflicts that begin on it."""

    day: date
    out: bool
    today: bool
    bands: list[Band | None] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    names_month: bool = False

    @property
    def label(self) -> str:
        """Return the day's number, with the month where it changes or the table starts."""
        return f"{self.day.day} {self.day:%b}" if self.names_month else str(self.day.day)

    @property
    def shown(self) -> list[Event]:
        """Return the events that there is room for, in order of time; those in conflict come before others."""
        if len(self.events) <= SHOWN:
            return self.events
        chosen = sorted(self.events, key=lambda event: not event.conflicts)[: SHOWN - 1]
        return [event for event in self.events if event in chosen]

    @property
    def more(self) -> int:
        """Return how many there is no room for."""
        return len(self.events) - len(self.shown)

    @property
    def blocked(self) -> bool:
        """Return whether one of its conflicts keeps something from going out."""
        return any(clash.found.blocking for clash in self.clashes)

    @property
    def counted(self) -> str:
        """Return how many conflicts and warnings it has, in words."""
        blocking = sum(clash.found.blocking for clash in self.clashes)
        counts = ((blocking, "conflict"), (len(self.clashes) - blocking, "warning"))
        return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def weeks_of(
    month: Month, events: Iterable[Event], freezes: Sequence[Freeze], clashes: Iterable[Clash], today: date
) -> list[list[Cell]]:
    """Return the table of a month, week by week."""
    cells = {day: _cell(day, month, today) for day in month.days}
    first, last = month.days[0], month.days[-1]
    for event in events:
        begins, ends = event.days(month.zone)
        if begins <= last and ends >= first:
            cells[max(begins, first)].events.append(event)
    for clash in clashes:
        begins, ends = days_of(clash.found.start, clash.found.end, month.zone)
        if begins <= last and ends >= first:
            cells[max(begins, first)].clashes.append(clash)
    weeks = [month.days[start : start + 7] for start in range(0, len(month.days), 7)]
    for week in weeks:
        _lay_bands(week, cells, freezes, month.zone)
    return [[cells[day] for day in week] for week in weeks]


def _cell(day: date, month: Month, today: date) -> Cell:
    names_month = day == month.days[0] or day.day == 1
    return Cell(day, day.month != month.number, day == today, names_month=names_month)


def _lay_bands(week: list[date], cells: dict[date, Cell], freezes: Sequence[Freeze], zone: tzinfo) -> None:
    """Give each freeze of the week a row that is free on all of its days."""
    taken: list[set[date]] = []
    for freeze in freezes:
        begins, ends = days_of(freeze.start, freeze.end, zone)
        days = [day for day in week if begins <= day <= ends]
        if not days:
            continue
        row = next((row for row, used in enumerate(taken) if not used & set(days)), len(taken))
        if row == len(taken):
            taken.append(set())
        taken[row] |= set(days)
        for place, day in enumerate(days):
            label = "" if place else _label(freeze, begins == day, zone)
            bands = cells[day].bands
            bands.extend([None] * (row + 1 - len(bands)))
            bands[row] = Band(freeze, begins == day, ends == day, label, len(days))


def _label(freeze: Freeze, starts: bool, zone: tzinfo) -> str:
    if not starts:
        return f"{freeze.name}: {scope_words(freeze)}"
    begins = dates.hour(freeze.start, zone)
    return freeze.name if begins == "00:00" else f"{freeze.name}, from {begins}"
