"""Working time: what passes on a person's clocks from Monday to Friday. Pure: no database, no clock of its own.

It is counted on the wall: a working day is from midnight to midnight by the clocks of the person's zone, however many
hours it has where clocks change. Public holidays are working days here: the portal knows no holidays yet.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_DAYS = 5
_MONDAY = datetime(2001, 1, 1)  # noqa: DTZ001 - a time on the wall has no zone


def after(start: datetime, time: timedelta, zone: str) -> datetime:
    """Return the first instant by which so much working time has passed since ``start``, in UTC."""
    if time <= timedelta(0):
        return start.astimezone(UTC)
    weeks, rest = divmod(_worked(_wall(start, zone)) + time, _DAYS * DAY)
    if not rest:
        weeks, rest = weeks - 1, _DAYS * DAY
    return _instant(_MONDAY + timedelta(weeks=weeks) + rest, zone)


def before(end: datetime, time: timedelta, zone: str) -> datetime:
    """Return the last time on the wall, in UTC, from which so much working time is left until ``end``."""
    if time <= timedelta(0):
        return end.astimezone(UTC)
    weeks, rest = divmod(_worked(_wall(end, zone)) - time, _DAYS * DAY)
    return _instant(_MONDAY + timedelta(weeks=weeks) + rest, zone)


def between(start: datetime, end: datetime, zone: str) -> timedelta:
    """Return how much working time passes from one instant to another; none when they are the wrong way round."""
    return max(_worked(_wall(end, zone)) - _worked(_wall(start, zone)), timedelta(0))


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _worked(wall: datetime) -> timedelta:
    """Return the working time since a Monday long ago, which stands still at weekends."""
    weeks, rest = divmod(wall - _MONDAY, timedelta(weeks=1))
    return weeks * _DAYS * DAY + min(rest, _DAYS * DAY)


def _instant(wall: datetime, zone: str) -> datetime:
    """Return the first instant at which the clocks of a zone show a time, or a later one when they skip it."""
    place = ZoneInfo(zone)
    found = wall.replace(tzinfo=place).astimezone(UTC)
    if _wall(found, zone) == wall:
        return found
    # Skipped: the clocks go forward between these two (PEP 495), at a full second.
    low, high = wall.replace(tzinfo=place, fold=1).astimezone(UTC), found
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if _wall(middle, zone) >= wall else (middle, high)
    return high.replace(microsecond=0)
