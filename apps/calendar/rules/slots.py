"""When a plan could go: the starts that nothing blocks, one for each day, and what holds the days that have none."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.calendar.rules.plans import Instants

STEP = timedelta(minutes=15)
"""Starts are offered on the quarter hour of the wall-clock."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A time [start, end) that the plan must not touch, and what holds it, as people call it.

    ``outside`` marks the time between maintenance windows: there no change is allowed at all.
    """

    start: datetime
    end: datetime
    name: str
    outside: bool = False


@dataclass(frozen=True)
class Holders:
    """What holds a day without a slot: what holds each of its starts alone, or else all that hold some of them.

    ``inside`` when the day has time in maintenance windows: then nothing else of it counts.
    """

    names: frozenset[str]
    whole: bool
    inside: bool


@dataclass(frozen=True)
class Asked:
    """What is looked for: ``length`` of work, begun in [first, last), between two hours of the wall-clock of a zone."""

    length: timedelta
    first: datetime
    last: datetime
    zone: ZoneInfo
    opens: time = time(0)
    closes: time = time(0)
    """The hour by which it must end; midnight is the end of the day. What is longer than this need only begin in it."""


def joined(times: Iterable[Instants]) -> list[Instants]:
    """Return times in order, those that touch or overlap as one."""
    found: list[Instants] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _overlapping(times: Iterable[Instants]) -> list[Instants]:
    """Return times in order, those that overlap as one; between two that touch there is one start."""
    found: list[Instants] = []
    for start, end in sorted(times):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def between(times: Sequence[Instants], first: datetime, last: datetime) -> list[Instants]:
    """Return what [first, last) holds beside these times, which come joined."""
    found, reached = [], first
    for start, end in times:
        if start > reached:
            found.append((reached, min(start, last)))
        reached = max(reached, end)
    if reached < last:
        found.append((reached, last))
    return [(start, end) for start, end in found if start < end]


def crowded_times(times: Collection[Instants], most: int) -> list[Instants]:
    """Return when at least ``most`` of these run, so that one more would be too many."""
    edges = sorted([(start, 1) for start, _ in times] + [(end, -1) for _, end in times])
    found, running, since = [], 0, None
    for moment, change in edges:
        running += change
        if since is None and running >= most:
            since = moment
        elif since is not None and running < most:
            found.append((since, moment))
            since = None
    return [(start, end) for start, end in found if start < end]


def first_of_each_day(asked: Asked, obstacles: Collection[Obstacle]) -> dict[date, datetime | None]:
    """Return the first start that nothing blocks on each day of the zone, or None where the day has none."""
    held = _overlapping((each.start - asked.length, each.end) for each in obstacles)
    starts = [start for start, _ in held]
    return {day: _first_on(day, asked, held, starts) for day in _days(asked)}


def _days(asked: Asked) -> list[date]:
    day, last = asked.first.astimezone(asked.zone).date(), asked.last.astimezone(asked.zone).date()
    return [day + DAY * step for step in range((last - day).days + 1)]


def _first_on(
    day: date, asked: Asked, held: Sequence[Instants], starts: Sequence[datetime]
) -> datetime | None:
    begin, until = _hours(day, asked)
    here = _on_the_quarter(max(begin, asked.first), asked.zone)
    while here < until:
        place = bisect_right(starts, here) - 1
        # A start at the very beginning of what is held ends as that begins: the two only touch.
        if place < 0 or held[place][1] <= here or held[place][0] == here:
            return here
        here = _on_the_quarter(held[place][1], asked.zone)
    return None


def _hours(day: date, asked: Asked) -> Instants:
    """Return the first start of a day and the moment before which it must begin."""
    begin = datetime.combine(day, asked.opens, asked.zone).astimezone(UTC)
    midnight = asked.closes == time(0)
    close = datetime.combine(day + DAY if midnight else day, asked.closes, asked.zone).astimezone(UTC)
    latest = close - asked.length + timedelta(microseconds=1)
    return begin, min(close if latest <= begin else latest, asked.last)


def _on_the_quarter(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    past = timedelta(minutes=local.minute % 15, seconds=local.second, microseconds=local.microsecond)
    return moment + (STEP - past if past else timedelta())


def reasons(asked: Asked, obstacles: Collection[Obstacle], empty: Collection[date]) -> list[str]:
    """Return what holds the days that have no slot: "Every Tuesday is held by Overnight settlement."."""
    found = {day: holders(day, asked, obstacles) for day in sorted(empty)}
    held = {day: each for day, each in found.items() if each is not None}
    every = [day for day in _days(asked) if day in held or day not in found]
    if len(held) == len(every):
        whole = _common(held.values())
        if whole:
            return [f"Every day{_inside(held.values())} is held by {whole}."]
    said: dict[str, list[str]] = {}
    for weekday in range(7):
        days = [day for day in every if day.weekday() == weekday]
        if days and all(day in held for day in days):
            said.setdefault(_held_by([held[day] for day in days]), []).append(f"{days[0]:%A}")
    left = [day for day in held if not all(each in held for each in every if each.weekday() == day.weekday())]
    by_name = Counter(one for day in left for one in held[day].names)
    return [
        *(f"Every {_and(days)}{by}" for by, days in said.items()),
        *(
            f"{name} holds {count} day{'' if count == 1 else 's'} more."
            for name, count in by_name.most_common(3)
        ),
    ]


def holders(day: date, asked: Asked, obstacles: Collection[Obstacle]) -> Holders | None:
    """Return what holds a day without a slot; None for a day on which nothing can begin, whatever is planned.

    Where maintenance windows leave some time of the day, we ask what holds that time. Only a day that they leave
    nothing of is held by them.
    """
    here = _starts_on(day, asked)
    if not here:
        return None
    near = [each for each in obstacles if each.start - asked.length < here[-1] + STEP and here[0] < each.end]
    closed = _held(here, [each for each in near if each.outside], asked.length)
    shut = {start for starts in closed.values() for start in starts}
    allowed = [start for start in here if start not in shut]
    if allowed:
        here = allowed
        near = [each for each in near if not each.outside]
    held = _held(here, near, asked.length)
    whole = frozenset(name for name, starts in held.items() if len(starts) == len(here))
    inside = bool(shut and allowed)
    some = held if allowed else closed
    return Holders(whole or frozenset(some), bool(whole), inside)


def _starts_on(day: date, asked: Asked) -> list[datetime]:
    """Return every start that a day offers, on the quarter hour."""
    begin, until = _hours(day, asked)
    here, found = _on_the_quarter(max(begin, asked.first), asked.zone), []
    while here < until:
        found.append(here)
        here += STEP
    return found


def _held(
    starts: Sequence[datetime], obstacles: Iterable[Obstacle], length: timedelta
) -> Mapping[str, set[datetime]]:
    """Return which of these starts each name holds, and no name that holds none."""
    found: dict[str, set[datetime]] = {}
    for each in obstacles:
        mine = starts[bisect_right(starts, each.start - length) : bisect_left(starts, each.end)]
        if mine:
            found.setdefault(each.name, set()).update(mine)
    return found


def _held_by(days: Sequence[Holders]) -> str:
    name = _common(days)
    by = name or _listed(Counter(one for day in days for one in day.names))
    return f"{_inside(days)} is held by {by}."


def _inside(days: Iterable[Holders]) -> str:
    return " inside its maintenance window" if all(day.inside for day in days) else ""


def _common(days: Iterable[Holders]) -> str:
    """Return one that holds the whole of each, the first of the alphabet."""
    sets = [day.names if day.whole else frozenset() for day in days]
    shared = frozenset.intersection(*sets) if sets else frozenset()
    return min(shared, default="")


def _listed(counted: Counter[str]) -> str:
    names = [name for name, _ in counted.most_common(3)]
    more = len(counted) - len(names)
    return _and([*names, f"{more} more"] if more > 0 else names)


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
