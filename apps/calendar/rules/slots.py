"""When a plan could go: the starts that nothing blocks, one for each day, and what holds the days that have none."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.calendar.rules.plans import Instants

STEP = timedelta(minutes=15)
"""Starts are offered on the quarter hour of the wall-clock."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A time [start, end) that the plan must not touch, and what holds it, as people call it."""

    start: datetime
    end: datetime
    name: str


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
    holders = {day: _holders(day, asked, obstacles) for day in empty}
    every = _days(asked)
    if len(empty) == len(every):
        whole = _common(holders.values())
        if whole:
            return [f"Every day is held by {whole}."]
    said = []
    for weekday in range(7):
        days = [day for day in every if day.weekday() == weekday]
        if not days or any(day not in holders for day in days):
            continue
        name = _common(holders[day] for day in days)
        by = name or _listed(Counter(one for day in days for one in holders[day]))
        said.append(f"Every {days[0]:%A} is held by {by}." if by else f"No {days[0]:%A} has the hours.")
    left = [
        day
        for day in empty
        if any(other.weekday() == day.weekday() and other not in holders for other in every)
    ]
    by_name = Counter(one for day in left for one in holders[day])
    for name, count in by_name.most_common(3):
        said.append(f"{name} holds {count} day{'' if count == 1 else 's'} more.")
    return said


def _holders(day: date, asked: Asked, obstacles: Collection[Obstacle]) -> set[str]:
    begin, until = _hours(day, asked)
    begin = max(begin, asked.first)
    return {each.name for each in obstacles if each.start - asked.length < until and begin < each.end}


def _common(several: Iterable[set[str]]) -> str:
    """Return one that is in each, the first of the alphabet."""
    sets = list(several)
    shared = set.intersection(*sets) if sets else set()
    return min(shared, default="")


def _listed(counted: Counter[str]) -> str:
    names = [name for name, _ in counted.most_common(3)]
    more = len(counted) - len(names)
    whole = [*names, f"{more} more"] if more > 0 else names
    return " and ".join([", ".join(whole[:-1]), whole[-1]] if len(whole) > 1 else whole)
