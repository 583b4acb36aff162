"""The one place that reads the clock, so that tests and the demo organisation's history can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import available_timezones

_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)


def now() -> datetime:
    """Return the current instant as an aware datetime in UTC."""
    return _moved_to.get() or datetime.now(UTC)


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware instant, for this thread or task alone."""
    token = _moved_to.set(moment)
    try:
        yield
    finally:
        _moved_to.reset(token)


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all IANA zones. They are read once: Python opens hundreds of files to tell them."""
    return frozenset(available_timezones())


def day_that_ends(moment: datetime, zone: tzinfo) -> date | None:
    """Return the day that ends at an aware instant in a zone, or None when none does.

    Midnight belongs to both days, and people read it as the later one: what is over then is told with the earlier.
    """
    there = moment.astimezone(zone)
    return there.date() - timedelta(days=1) if there.time() == time.min else None


def iso(moment: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with microseconds and a trailing ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
