"""Where a change is dragged to: the window that the form is filled in with."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from apps.calendar.rules.spans import LOCAL_FORMAT
from apps.changes.models import Change
from apps.web.planning.shown import SHOWN_YEARS


def proposed(change: Change, *, at: str, by: str, zone: tzinfo, until: str = "") -> dict[str, str] | None:
    """Return the new window as the form writes it, or None when the address names none that can be read.

    ``at`` is a time on the reader's clock, as 2026-11-23T09:30: the window starts then and keeps its length. ``by``
    is a number of days: the window keeps its hours on the clock that was meant, so many days on. With ``until`` it
    ends then, whatever it was before.
    """
    start_at, end_at = _moment(at, zone), _moment(until, zone)
    if start_at is not None and end_at is not None:
        name = change.time_zone or str(zone)
        there = ZoneInfo(name)
        return _as_written(name, start_at.astimezone(there), end_at.astimezone(there))
    if change.planned_start is None or change.planned_end is None:
        return None
    meant = ZoneInfo(change.time_zone)
    begins, ends = change.planned_start.astimezone(meant), change.planned_end.astimezone(meant)
    moment, days = _moment(at, zone), _days(by)
    if moment is not None:
        start = moment.astimezone(meant)
        end = (moment.astimezone(UTC) + (change.planned_end - change.planned_start)).astimezone(meant)
    elif days is not None:
        # Without their zone: a day on the wall is not always 24 hours.
        start, end = begins.replace(tzinfo=None) + days, ends.replace(tzinfo=None) + days
    else:
        return None
    return _as_written(change.time_zone, start, end)


def _as_written(time_zone: str, start: datetime, end: datetime) -> dict[str, str]:
    return {
        "time_zone": time_zone,
        "local_start": start.strftime(LOCAL_FORMAT),
        "local_end": end.strftime(LOCAL_FORMAT),
    }


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=zone, second=0, microsecond=0) if moment.year in SHOWN_YEARS else None


def _days(text: str) -> timedelta | None:
    number = text.removeprefix("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 4):
        return None
    return timedelta(days=int(text))
