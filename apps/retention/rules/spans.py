"""When an entry's time is over."""

from datetime import datetime


def kept_since(now: datetime, keep_years: int) -> datetime:
    """Return the instant ``keep_years`` calendar years before ``now``: what is older may be retired.

    From 29 February it is 28 February of a common year, so that nothing goes early.
    """
    year = now.year - keep_years
    if year < 1:
        return datetime.min.replace(tzinfo=now.tzinfo)
    try:
        return now.replace(year=year)
    except ValueError:
        return now.replace(year=year, day=28)
