"""Rules of recurrence (RRULE, RFC 5545 section 3.3.10) on the clock on the wall, always in bounded time.

python-dateutil knows what a rule means. It walks from the first day to the last of the calendar, however far that is;
so every question here is put to it about a few years alone, wherever they lie.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from dateutil.rrule import DAILY, HOURLY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from apps.calendar.rules.spans import YEARS
from apps.core.errors import Invalid

FREQUENCIES: dict[str, Literal[0, 1, 2, 3, 4]] = {
    "YEARLY": YEARLY,
    "MONTHLY": MONTHLY,
    "WEEKLY": WEEKLY,
    "DAILY": DAILY,
    "HOURLY": HOURLY,
}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
COUNT_LIMIT = 10_000
INTERVAL_LIMIT = 1_000
PATIENCE = 100
"""Years after the first one in which a rule must come true, and one that counts must be done."""
CHUNK = timedelta(days=5 * 366)

_LAST_YEAR = 9_990
_NUMBERS = {  # the part, and the largest number; parts that may count from the end are in _SIGNED
    "BYMONTH": ("bymonth", 12),
    "BYWEEKNO": ("byweekno", 53),
    "BYYEARDAY": ("byyearday", 366),
    "BYMONTHDAY": ("bymonthday", 31),
    "BYHOUR": ("byhour", 23),
    "BYMINUTE": ("byminute", 59),
    "BYSECOND": ("bysecond", 0),
    "BYSETPOS": ("bysetpos", 366),
}
_SIGNED = {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYSETPOS"}
_FROM_ZERO = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_ONLY_WITH = {  # RFC 5545 section 3.3.10: where a part has no meaning
    "BYWEEKNO": {"YEARLY"},
    "BYYEARDAY": {"YEARLY", "HOURLY"},
    "BYMONTHDAY": {"YEARLY", "MONTHLY", "DAILY", "HOURLY"},
}
_DAY_PARTS = ("byweekno", "byyearday", "bymonthday", "byweekday")


@dataclass(frozen=True)
class Rule:
    """A rule that has been read. ``until`` is a wall-clock, or an instant in UTC when ``until_utc``; inclusive."""

    text: str
    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    until_utc: bool = False
    week_start: int = 0
    by: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.text)


@lru_cache(maxsize=4096)
def read_rule(text: str) -> Rule:
    """Return the rule that an RRULE says, such as ``FREQ=WEEKLY;BYDAY=SA``. Raises Invalid (``rrule``)."""
    parts = _parts(text)
    frequency = parts.pop("FREQ", "")
    if frequency in ("SECONDLY", "MINUTELY"):
        raise _refused("It may repeat each hour at most, not each minute or second.")
    if frequency not in FREQUENCIES:
        raise _refused("Begin with FREQ=YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY.")
    rule = Rule(
        text=";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in parts.items())]),
        frequency=frequency,
        interval=_number("INTERVAL", parts.pop("INTERVAL", "1"), INTERVAL_LIMIT),
        week_start=_day("WKST", parts.pop("WKST", "MO")),
    )
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refused("Give COUNT or UNTIL, not both.")
    if "COUNT" in parts:
        rule = replace(rule, count=_number("COUNT", parts.pop("COUNT"), COUNT_LIMIT))
    if "UNTIL" in parts:
        rule = _with_until(rule, parts.pop("UNTIL"))
    return replace(rule, by=_by(frequency, parts))


def _parts(text: str) -> dict[str, str]:
    if len(text) > 400:
        raise _refused("Keep the rule to 400 characters.")
    text = re.sub(r"\s+", "", text.upper()).removeprefix("RRULE:").strip(";")
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise _refused(f"“{part[:40]}” cannot be read. Write the rule as FREQ=WEEKLY;BYDAY=SA.")
        if name in parts:
            raise _refused(f"{name} stands in it twice.")
        parts[name] = value
    return parts


def _with_until(rule: Rule, value: str) -> Rule:
    """Read UNTIL: RFC 5545 wants UTC; a wall-clock means the zone's own, a day includes that whole day."""
    form = re.fullmatch(r"(\d{8})(?:T(\d{6})(Z?))?", value)
    try:
        until = datetime.strptime(f"{form[1]}{form[2] or '000000'}", "%Y%m%d%H%M%S") if form else None  # noqa: DTZ007
    except ValueError:
        until = None
    if form is None or until is None:
        raise _refused(f"UNTIL={value[:40]} is not a time. Write UNTIL=20271231T225900Z.")
    if until.year not in YEARS:
        raise _refused(f"UNTIL lies in the year {until.year}. Choose one from {YEARS[0]} to {YEARS[-1]}.")
    if not form[2]:
        return replace(rule, until=until + timedelta(days=1, microseconds=-1))
    return replace(rule, until=until, until_utc=bool(form[3]))


def _by(frequency: str, parts: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    by: dict[str, tuple[Any, ...]] = {}
    for name, value in parts.items():
        if name == "BYDAY":
            weeks = "BYWEEKNO" in parts
            by["byweekday"] = tuple(_weekday(frequency, each, weeks) for each in value.split(","))
            continue
        if name not in _NUMBERS:
            raise _refused(f"“{name[:40]}” is not a part of a rule that can be read here.")
        if frequency not in _ONLY_WITH.get(name, FREQUENCIES):
            raise _refused(f"{name} has no meaning with FREQ={frequency}.")
        key, largest = _NUMBERS[name]
        by[key] = tuple(dict.fromkeys(_listed(name, each, largest) for each in value.split(",")))
    if set(by) == {"bysetpos"}:
        raise _refused("BYSETPOS picks from what other parts give. Add one, such as BYDAY.")
    return by


def _listed(name: str, value: str, largest: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,3}", value):
        raise _refused(f"{name} takes numbers, not “{value[:40]}”.")
    number = int(value)
    least = 0 if name in _FROM_ZERO else 1
    signed = name in _SIGNED and number < 0
    if not least <= (-number if signed else number) <= largest:
        said = "Seconds are not planned: leave BYSECOND out." if name == "BYSECOND" else None
        raise _refused(said or f"{name}={value} is not possible: it goes from {least} to {largest}.")
    return number


def _number(name: str, value: str, largest: int) -> int:
    if not re.fullmatch(r"\d{1,20}", value) or not 1 <= int(value) <= largest:
        raise _refused(f"{name} must be a number from 1 to {largest:,}.")
    return int(value)


def _day(name: str, value: str) -> int:
    if value not in DAYS:
        raise _refused(f"{name} takes {', '.join(DAYS)}, not “{value[:40]}”.")
    return DAYS.index(value)


def _weekday(frequency: str, value: str, in_weeks: bool) -> weekday:
    number, day = value[:-2], _day("BYDAY", value[-2:])
    if not number:
        return weekday(day)
    if frequency not in ("MONTHLY", "YEARLY") or in_weeks:
        raise _refused(f"BYDAY={value[:40]} counts days of a month or year, which this rule does not have.")
    if not re.fullmatch(r"[+-]?\d{1,2}", number) or not 1 <= abs(int(number)) <= 53:
        raise _refused(
            f"BYDAY={value[:40]} is not possible. Write the third Saturday as 3SA, the last as -1SA."
        )
    return weekday(day, int(number))


def _refused(sentence: str) -> Invalid:
    return Invalid({"rrule": [sentence]})


def starts_of(rule: Rule, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Give the wall-clock starts in [begin, end) by a rule whose first one is ``first``, in order.

    COUNT is kept; UNTIL is not, because it may be an instant, which a wall-clock cannot tell. The first one itself
    comes only when the rule gives it. The work grows with ``end - begin``, never with the distance from ``first``.

    Raises:
        Invalid: ``rrule``, when it counts and is not done within PATIENCE years.
    """
    if rule.count is not None:
        last = _last_counted(rule, first)
        end = min(end, last + timedelta(minutes=1))
    return _walk(rule, first, begin, end)


def comes_true(rule: Rule, first: datetime) -> bool:
    """Return whether the rule ever gives a time, looked for during PATIENCE years."""
    return any(next(_walk(rule, first, *chunk), None) for chunk in _chunks(first))


@lru_cache(maxsize=4096)
def _last_counted(rule: Rule, first: datetime) -> datetime:
    left = rule.count or 0
    for begin, end in _chunks(first):
        found = list(islice(_walk(rule, first, begin, end), left))
        left -= len(found)
        if found and not left:
            return found[-1]
    raise _refused(f"It does not come {rule.count:,} times in {PATIENCE} years. End it with a date: UNTIL.")


def _chunks(first: datetime) -> Iterator[tuple[datetime, datetime]]:
    for place in range(PATIENCE // 5):
        yield first + place * CHUNK, first + (place + 1) * CHUNK


def _walk(rule: Rule, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
    base = _base(rule, first, max(begin, first))
    if base >= end:
        return
    moved = timedelta(days=_days_to_the_end(base.year - 1, max(base, end).year + 1))
    asked = {"interval": rule.interval, "wkst": rule.week_start, **_explicit(rule, first)}
    try:
        found = rrule(FREQUENCIES[rule.frequency], dtstart=base + moved, until=end + moved, **asked)
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
