"""The same calendar as a list, day by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from apps.calendar.models import Freeze
from apps.web import dates
from apps.web.planning.marks import Event, days_of, freeze_url, scope_words


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
    lines: list[Line] = field(default_factory=list)


def agenda_of(
    events: Iterable[Event], freezes: Sequence[Freeze], *, first: date, last: date, today: date, zone: tzinfo
) -> list[Day]:
    """Return the days from ``first`` to ``last`` on which something begins; what began before is on ``first``."""
    lines = [
        (Line(each.booking.start, each.booking.title, each.booking.url, each), each.days(zone))
        for each in events
    ]
    lines += [(_frozen(freeze, zone), days_of(freeze.start, freeze.end, zone)) for freeze in freezes]
    days: dict[date, Day] = {}
    for line, (begins, ends) in sorted(lines, key=lambda pair: (pair[0].at, pair[0].event is not None)):
        if begins <= last and ends >= first:
            day = max(begins, first)
            days.setdefault(day, Day(day, day == today)).lines.append(line)
    return [days[day] for day in sorted(days)]


def _frozen(freeze: Freeze, zone: tzinfo) -> Line:
    begins, ends = days_of(freeze.start, freeze.end, zone)
    until = dates.hour(freeze.end, zone) if begins == ends else dates.when(freeze.end, zone)
    title = f"{freeze.name} until {until}"
    return Line(freeze.start, title, freeze_url(freeze), freeze=freeze, scope=scope_words(freeze))
