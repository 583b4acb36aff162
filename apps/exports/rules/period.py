"""A period of days as a half-open span of time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from apps.core.errors import Invalid


@dataclass(frozen=True)
class Period:
    """``start <= t < end``, both in UTC."""

    start: datetime
    end: datetime


def period_of(start: date, end: date) -> Period:
    """Return the time from 00:00 UTC of the first day to the end of the last day.

    Raises:
        Invalid: the last day comes before the first, or a day lies at the end of the calendar.
    """
    if end < start:
        raise Invalid({"end": ["The last day must not come before the first day."]})
    if end == date.max:
        raise Invalid({"end": ["Choose an earlier last day."]})
    return Period(_midnight(start), _midnight(end + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
