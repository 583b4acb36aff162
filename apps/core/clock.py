"""The one place that reads the clock, so that tests can move it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant as an aware datetime in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with microseconds and a trailing ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
