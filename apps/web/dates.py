"""How times are written: "Thu 19 Nov, 06:00 to 08:30", in the reader's zone, with the zone named once."""

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.core import clock

Zone = str | tzinfo | None
_SOON = timedelta(days=2)


def zone_of(zone: Zone = None) -> tzinfo:
    """Return the zone to show times in: the one named, else the reader's own."""
    if not zone:
        return timezone.get_current_timezone()
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def day(value: datetime | date, zone: Zone = None) -> str:
    """Return "Thu 19 Nov", with the year when it is not this year."""
    if isinstance(value, datetime):
        value = value.astimezone(zone_of(zone)).date()
    text = f"{value:%a} {value.day} {value:%b}"
    this_year = clock.now().astimezone(zone_of(zone)).year
    return text if value.year == this_year else f"{text} {value.year}"


def hour(value: datetime, zone: Zone = None) -> str:
    """Return "06:00"."""
    return f"{value.astimezone(zone_of(zone)):%H:%M}"


def when(value: datetime | date, zone: Zone = None) -> str:
    """Return "Thu 19 Nov, 06:00"; a plain date has no time to tell."""
    if not isinstance(value, datetime):
        return day(value, zone)
    return f"{day(value, zone)}, {hour(value, zone)}"


def end(value: datetime | date, zone: Zone = None) -> str:
    """Return the moment at which a time is over: “the end of Wed 25 Nov” at midnight, else as ``when`` says it.

    A plain date has no time to tell.
    """
    last = clock.day_that_ends(value, zone_of(zone)) if isinstance(value, datetime) else None
    return f"the end of {day(last, zone)}" if last else when(value, zone)


def end_day(value: datetime, zone: Zone = None) -> str:
    """Return the day of such a moment with its word: “at the end of Wed 25 Nov”, or “on Thu 26 Nov” as ``by``."""
    last = clock.day_that_ends(value, zone_of(zone))
    return f"at the end of {day(last, zone)}" if last else f"on {by(value, zone)}"


def by(value: datetime, zone: Zone = None) -> str:
    """Return "Thu 19 Nov", and within two days of now also the hour, "Thu 19 Nov, 06:00", but for midnight."""
    near = abs(value - clock.now()) < _SOON and clock.day_that_ends(value, zone_of(zone)) is None
    return when(value, zone) if near else day(value, zone)


def window(start: datetime, end: datetime, zone: Zone = None) -> str:
    """Return "Thu 19 Nov, 06:00 to 08:30", naming the second day only when it is another."""
    there = zone_of(zone)
    same_day = start.astimezone(there).date() == end.astimezone(there).date()
    return f"{when(start, there)} to {hour(end, there) if same_day else when(end, there)}"


def zone_name(value: datetime, zone: Zone = None) -> str:
    """Return "GMT, Europe/London": the offset's name on that day, then the zone."""
    there = zone_of(zone)
    name = value.astimezone(there).tzname() or ""
    name = f"UTC{name}" if name[:1] in "+-" else name
    key = str(there)
    return key if key == name else f"{name}, {key}"


def span(length: timedelta) -> str:
    """Return a length in its largest whole unit: "2 days", "3 hours", "1 minute"."""
    seconds = int(abs(length.total_seconds()))
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def left(due: datetime) -> str:
    """Return "2 days left", or "Overdue by 3 hours"."""
    remaining = due - clock.now()
    if remaining <= timedelta(0):
        return f"Overdue by {span(remaining)}"
    return f"{span(remaining)} left"


def ago(value: datetime) -> str:
    """Return "3 hours ago"."""
    return f"{span(clock.now() - value)} ago"
