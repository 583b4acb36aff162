"""How a zone's clock moves, as a calendar file says it (RFC 5545, 3.6.5).

Where a zone changes by one rule every year, the file says the rule, so that it holds for as long as a reader likes.
Where it does not (Ramadan moves the clocks of Morocco), the file says each change of the years that matter.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEP = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (a wall-clock has no zone)


@dataclass(frozen=True)
class _Shift:
    """One change of the clocks: when, on the clock until then, and from which offset to which."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str


@lru_cache(maxsize=256)
def vtimezone(name: str, first: int, last: int) -> Timezone:
    """Return the VTIMEZONE of an IANA zone that is right in the years ``first`` to ``last``, and mostly beyond."""
    zone = ZoneInfo(name)
    start = datetime(first, 1, 1, tzinfo=UTC)
    made = Timezone()
    made.add("tzid", name)
    made.add_component(_from_the_start(start.astimezone(zone)))
    groups: dict[tuple[timedelta, timedelta, str, int], list[_Shift]] = defaultdict(list)
    for shift in _shifts(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC)):
        groups[shift.before, shift.after, shift.name, shift.local.month].append(shift)
    for shifts in groups.values():
        for part in _observances(shifts, last - first + 1):
            made.add_component(part)
    return made


def _from_the_start(moment: datetime) -> TimezoneStandard | TimezoneDaylight:
    offset = moment.utcoffset() or timedelta()
    part = TimezoneDaylight() if moment.dst() and moment.dst() > timedelta() else TimezoneStandard()  # type: ignore[operator]
    return _filled(part, _Shift(_EPOCH, offset, offset, moment.tzname() or ""))


def _observances(shifts: Sequence[_Shift], years: int) -> list[TimezoneStandard | TimezoneDaylight]:
    """Return one part with the rule of these changes, or a part for each: ical.js takes RDATE for no change at all."""
    rule = _rule(shifts) if len(shifts) == years else None
    if rule is None:
        return [_observance(each) for each in shifts]
    part = _observance(shifts[0])
    part.add("rrule", rule)
    return [part]


def _observance(shift: _Shift) -> TimezoneStandard | TimezoneDaylight:
    return _filled(TimezoneDaylight() if shift.after > shift.before else TimezoneStandard(), shift)


def _filled(part: TimezoneStandard | TimezoneDaylight, shift: _Shift) -> TimezoneStandard | TimezoneDaylight:
    part.add("dtstart", shift.local)
    part.add("tzoffsetfrom", shift.before)
    part.add("tzoffsetto", shift.after)
    part.add("tzname", shift.name)
    return part


def _rule(shifts: Sequence[_Shift]) -> vRecur | None:
    """Return the yearly rule that gives all of these changes, or None when none of the usual kind does."""
    weekdays, times = {each.local.weekday() for each in shifts}, {each.local.time() for each in shifts}
    if len(weekdays) > 1 or len(times) > 1 or len(shifts) < 2:
        return None
    days = [each.local.day for each in shifts]
    ends = [monthrange(each.local.year, each.local.month)[1] for each in shifts]
    weeks = {(day - 1) // 7 + 1 for day in days}
    if all(day + 7 > end for day, end in zip(days, ends, strict=True)):
        place = -1
    elif len(weeks) == 1:
        place = weeks.pop()
    else:
        return None
    day = f"{place}{_DAYS[weekdays.pop()]}"
    return vRecur({"FREQ": "YEARLY", "BYMONTH": shifts[0].local.month, "BYDAY": day})


def _shifts(zone: ZoneInfo, start: datetime, end: datetime) -> list[_Shift]:
    found = []
    while start < end:
        offset = _offset(start, zone)
        if _offset(start + _STEP, zone) != offset:
            moment = _moved(start, zone)
            local = (moment + offset).replace(tzinfo=None)
            after = moment.astimezone(zone)
            found.append(_Shift(local, offset, after.utcoffset() or timedelta(), after.tzname() or ""))
        start += _STEP
    return found


def _moved(start: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second of a day at which the clock is set otherwise than at its start."""
    low, high, offset = 0, int(_STEP.total_seconds()), _offset(start, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(start + timedelta(seconds=middle), zone) == offset:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
