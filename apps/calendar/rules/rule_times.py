"""When a rule of recurrence comes, on the clock on the wall, always in bounded work.

python-dateutil knows what a rule means. It walks from the first day to the last of the calendar, however far that is;
so every question here is put to it about a few years alone, wherever they lie.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from dateutil.rrule import DAILY, HOURLY, MONTHLY, WEEKLY, YEARLY, rrule

from apps.calendar.rules.rrules import Rule, refused_rule

_DATEUTIL: dict[str, Literal[0, 1, 2, 3, 4]] = {
    "YEARLY": YEARLY,
    "MONTHLY": MONTHLY,
    "WEEKLY": WEEKLY,
    "DAILY": DAILY,
    "HOURLY": HOURLY,
}
PATIENCE = 100
"""Years after the first one in which a rule must come true, and one that counts must be done."""
STEPS_LIMIT = 50_000
"""The most steps in which a rule is looked for: each day of these years, and fewer years where a day is more work."""
CHUNK_YEARS = 5
CHUNK = timedelta(days=CHUNK_YEARS * 366)

_LAST_YEAR = 9_990
_STEPS = {"YEARLY": 12, "MONTHLY": 12, "WEEKLY": 53, "DAILY": 366, "HOURLY": 366}
"""The steps of a year: its hours are passed over by the day where the day does not fit."""
_DAY_PARTS = ("byweekno", "byyearday", "bymonthday", "byweekday")


def starts_of(rule: Rule, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Give the wall-clock starts in [begin, end) by a rule whose first one is ``first``, in order.

    COUNT is kept; UNTIL is not, because it may be an instant, which a wall-clock cannot tell. The first one itself
    comes only when the rule gives it. The work grows with ``end - begin``, never with the distance from ``first``.

    Raises:
        Invalid: ``rrule``, when it counts and is not done within PATIENCE years.
    """
    if rule.count is not None:
        sought = looked_for(rule, first)
        if sought.last is None or sought.left:
            raise refused_rule(
                f"It does not come {rule.count:,} times in {sought.years} years. End it with a date: UNTIL."
            )
        end = min(end, sought.last + timedelta(minutes=1))
    return _walk(rule, first, begin, end)


@dataclass(frozen=True)
class Sought:
    """What was found of a rule that must come once, or as often as it counts.

    ``last`` is the last time found, ``left`` how many more it should come, ``years`` and ``steps`` what was looked
    through for that.
    """

    last: datetime | None
    left: int
    years: int
    steps: float


@lru_cache(maxsize=4096)
def looked_for(rule: Rule, first: datetime) -> Sought:
    """Look for a rule's times during PATIENCE years, or until STEPS_LIMIT is passed: work, not time, ends it."""
    sought = Sought(None, rule.count or 1, 0, 0)
    while sought.left and sought.years < PATIENCE and sought.steps < STEPS_LIMIT:
        begin = first + sought.years // CHUNK_YEARS * CHUNK
        found = list(islice(_walk(rule, first, begin, begin + CHUNK), sought.left))
        last, left = found[-1] if found else sought.last, sought.left - len(found)
        walked = CHUNK if left or last is None else last - begin
        steps = sought.steps + steps_a_year(rule) * (walked / CHUNK) * CHUNK_YEARS
        sought = Sought(last, left, sought.years + CHUNK_YEARS, steps)
    return sought


def steps_a_year(rule: Rule) -> float:
    """Return how much work a year of a rule is, in steps of some ten microseconds."""
    interval = max(1.0, rule.interval / 24) if rule.frequency == "HOURLY" else rule.interval
    each = 1 + len(rule.by.get("bysetpos", ())) + len(rule.by.get("byminute", ()))
    return _STEPS[rule.frequency] / interval * each


def _walk(rule: Rule, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
    base = _base(rule, first, max(begin, first))
    if base >= end:
        return
    moved = timedelta(days=_days_to_the_end(base.year - 1, max(base, end).year + 1))
    asked = {"interval": rule.interval, "wkst": rule.week_start, **_explicit(rule, first)}
    try:
        found = rrule(_DATEUTIL[rule.frequency], dtstart=base + moved, until=end + moved, **asked)
        for start in found:
            if start - moved >= end:
                return
            if start - moved >= begin:
                yield start - moved
    except ValueError:
        # dateutil says so when no hour can ever fit, and when a week runs over the end of the calendar.
        return


def _base(rule: Rule, first: datetime, begin: datetime) -> datetime:
    """Return where to take the rule up: the first of its own years, months, weeks… that may reach ``begin``."""
    step = rule.interval
    day = first.replace(hour=0, minute=0)
    match rule.frequency:
        case "YEARLY":
            ahead = -(-(begin.year - first.year) // step) * step
            base = first.replace(year=first.year + ahead, month=1, day=1, hour=0, minute=0)
        case "MONTHLY":
            gone = (begin.year - first.year) * 12 + begin.month - first.month
            months = first.month - 1 + -(-gone // step) * step
            base = day.replace(year=first.year + months // 12, month=months % 12 + 1, day=1)
        case "WEEKLY":
            week = day - timedelta(days=(first.weekday() - rule.week_start) % 7)
            base = _ahead(week, begin, timedelta(weeks=1), step)
        case "DAILY":
            base = _ahead(day, begin, timedelta(days=1), step)
        case _:
            base = _ahead(first.replace(minute=0), begin, timedelta(hours=1), step)
    return max(base, first)


def _ahead(base: datetime, begin: datetime, unit: timedelta, step: int) -> datetime:
    gone = (begin - base) // unit
    return base + -(-gone // step) * step * unit


def _explicit(rule: Rule, first: datetime) -> dict[str, Any]:
    """Return the rule's parts with those that it takes from its first time."""
    by = dict(rule.by)
    if not any(part in by for part in _DAY_PARTS):
        if rule.frequency == "YEARLY":
            by.setdefault("bymonth", (first.month,))
        if rule.frequency in ("YEARLY", "MONTHLY"):
            by["bymonthday"] = (first.day,)
        if rule.frequency == "WEEKLY":
            by["byweekday"] = (first.weekday(),)
    if rule.frequency != "HOURLY":
        by.setdefault("byhour", (first.hour,))
    by.setdefault("byminute", (first.minute,))
    by["bysecond"] = (0,)
    return by


@lru_cache(maxsize=1024)
def _days_to_the_end(first_year: int, last_year: int) -> int:
    """Return by how many days to move these years so that the same calendar comes near the end of all years.

    A rule that finds no more time is walked to the year 9999. The calendar repeats (after 28 years within a century,
    after 400 always), so there is a like stretch from which that is not far.
    """
    for moved in range(_LAST_YEAR - last_year, 0, -1):
        if all(_calendar(year) == _calendar(year + moved) for year in range(first_year, last_year + 1)):
            return (datetime(first_year + moved, 1, 1) - datetime(first_year, 1, 1)).days  # noqa: DTZ001
    return 0


def _calendar(year: int) -> tuple[int, bool]:
    return calendar.weekday(year, 1, 1), calendar.isleap(year)
