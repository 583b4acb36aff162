"""The same calendar as a list, day by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from apps.calendar.models import Freeze
from apps.web import dates
from apps.web.planning.marks import Event, days_of, freeze_url, scope_words

MOST = 25
"""Lines that a day shows among other days before it says how many more there are."""


@dataclass(frozen=True)
class Line:
    """One line of the agenda: an event or a freeze."""

    at: datetime
    title: str
    url: str
    event: Event | None = None
    freeze: Freeze | None = None
    scope: str = ""


@dataclass
class Day:
    """A day of the agenda, with its lines in order of time."""

    day: date
    today: bool
    most: int
    lines: list[Line] = field(default_factory=list)

    @property
    def shown(self) -> list[Line]:
        """Return the lines that there is room for."""
        return self.lines[: self.most]

    @property
    def more(self) -> int:
        """Return how many there is no room for."""
        return len(self.lines) - len(self.shown)


def agenda_of(
    events: Iterable[Event], freezes: Sequence[Freeze], *, first: date, last: date, today: date, zone: tzinfo
) -> list[Day]:
    """Return the days from ``first`` to ``last`` on which something begins; what began before is on ``first``.

    A day on its own shows all its lines.
    """
    most = MOST if first != last else 10**6
    lines = [
        (Line(each.booking.start, each.booking.title, each.booking.url, each), each.days(zone))
        for each in events
    ]
    lines += [(_frozen(freeze, zone), days_of(freeze.start, freeze.end, zone)) for freeze in freezes]
    days: dict[date, Day] = {}
    for line, (begins, ends) in sorted(lines, key=lambda pair: (pair[0].at, pair[0].event is not None)):
        if begins <= last and ends >= first:
            day = max(begins, first)
            days.setdefault(day, Day(day, day == today, most)).lines.append(line)
    return [days[day] for day in sorted(days)]


def _frozen(freeze: Freeze, zone: tzinfo) -> Line:
    begins, ends = days_of(freeze.start, freeze.end, zone)
    until = dates.hour(freeze.end, zone) if begins == ends else dates.when(freeze.end, zone)
    title = f"{freeze.name} until {until}"
    return Line(freeze.start, title, freeze_url(freeze), freeze=freeze, scope=scope_words(freeze))
