"""Rules of recurrence (RRULE, RFC 5545 section 3.3.10) read on the clock on the wall, or refused."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from dateutil.rrule import weekday

from apps.calendar.rules.spans import YEARS
from apps.core.errors import Invalid

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
COUNT_LIMIT = 10_000
INTERVAL_LIMIT = 1_000
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
_DAYS = {"YEARLY": 366, "MONTHLY": 31, "WEEKLY": 7, "DAILY": 1, "HOURLY": 1}
"""The days from which a rule picks each time."""


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
        raise refused_rule("It may repeat each hour at most, not each minute or second.")
    if frequency not in FREQUENCIES:
        raise refused_rule("Begin with FREQ=YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY.")
    rule = Rule(
        text=";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in parts.items())]),
        frequency=frequency,
        interval=_number("INTERVAL", parts.pop("INTERVAL", "1"), INTERVAL_LIMIT),
        week_start=_day("WKST", parts.pop("WKST", "MO")),
    )
    if "COUNT" in parts and "UNTIL" in parts:
        raise refused_rule("Give COUNT or UNTIL, not both.")
    if "COUNT" in parts:
        rule = replace(rule, count=_number("COUNT", parts.pop("COUNT"), COUNT_LIMIT))
    if "UNTIL" in parts:
        rule = _with_until(rule, parts.pop("UNTIL"))
    return replace(rule, by=_by(frequency, parts))


def _parts(text: str) -> dict[str, str]:
    if len(text) > 400:
        raise refused_rule("Keep the rule to 400 characters.")
    text = re.sub(r"\s+", "", text.upper()).removeprefix("RRULE:").strip(";")
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise refused_rule(f"“{part[:40]}” cannot be read. Write the rule as FREQ=WEEKLY;BYDAY=SA.")
        if name in parts:
            raise refused_rule(f"{name} stands in it twice.")
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
        raise refused_rule(f"UNTIL={value[:40]} is not a time. Write UNTIL=20271231T225900Z.")
    if until.year not in YEARS:
        raise refused_rule(f"UNTIL lies in the year {until.year}. Choose one from {YEARS[0]} to {YEARS[-1]}.")
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
            raise refused_rule(f"“{name[:40]}” is not a part of a rule that can be read here.")
        if frequency not in _ONLY_WITH.get(name, FREQUENCIES):
            raise refused_rule(f"{name} has no meaning with FREQ={frequency}.")
        key, largest = _NUMBERS[name]
        by[key] = tuple(dict.fromkeys(_listed(name, each, largest) for each in value.split(",")))
    if set(by) == {"bysetpos"}:
        raise refused_rule("BYSETPOS picks from what other parts give. Add one, such as BYDAY.")
    _check_positions(frequency, by)
    return by


def _check_positions(frequency: str, by: dict[str, tuple[Any, ...]]) -> None:
    """Refuse a BYSETPOS beyond all that a year, month, week, day or hour can hold: it would be looked for in vain."""
    hours = 1 if frequency == "HOURLY" else len(by.get("byhour", (0,)))
    most = _DAYS[frequency] * hours * len(by.get("byminute", (0,)))
    beyond = next((each for each in by.get("bysetpos", ()) if abs(each) > most), None)
    if beyond is not None:
        raise refused_rule(
            f"BYSETPOS={beyond} is not possible: with these parts it goes to {most:,} at most."
        )


def _listed(name: str, value: str, largest: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,3}", value):
        raise refused_rule(f"{name} takes numbers, not “{value[:40]}”.")
    number = int(value)
    least = 0 if name in _FROM_ZERO else 1
    signed = name in _SIGNED and number < 0
    if not least <= (-number if signed else number) <= largest:
        said = "Seconds are not planned: leave BYSECOND out." if name == "BYSECOND" else None
        raise refused_rule(said or f"{name}={value} is not possible: it goes from {least} to {largest}.")
    return number


def _number(name: str, value: str, largest: int) -> int:
    if not re.fullmatch(r"\d{1,20}", value) or not 1 <= int(value) <= largest:
        raise refused_rule(f"{name} must be a number from 1 to {largest:,}.")
    return int(value)


def _day(name: str, value: str) -> int:
    if value not in DAYS:
        raise refused_rule(f"{name} takes {', '.join(DAYS)}, not “{value[:40]}”.")
    return DAYS.index(value)


def _weekday(frequency: str, value: str, in_weeks: bool) -> weekday:
    number, day = value[:-2], _day("BYDAY", value[-2:])
    if not number:
        return weekday(day)
    if frequency not in ("MONTHLY", "YEARLY") or in_weeks:
        raise refused_rule(
            f"BYDAY={value[:40]} counts days of a month or year, which this rule does not have."
        )
    if not re.fullmatch(r"[+-]?\d{1,2}", number) or not 1 <= abs(int(number)) <= 53:
        raise refused_rule(
            f"BYDAY={value[:40]} is not possible. Write the third Saturday as 3SA, the last as -1SA."
        )
    return weekday(day, int(number))


def refused_rule(sentence: str) -> Invalid:
    """Return the refusal of a rule."""
    return Invalid({"rrule": [sentence]})
