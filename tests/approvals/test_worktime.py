"""Working time against a walk over every minute of the clock on the wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.rules import worktime

MINUTE = timedelta(minutes=1)
DAY_MINUTES = 24 * 60
# Clocks that change on Sundays, at midnight, on a Friday, by half an hour, never; and one that skipped a whole Friday.
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/London",
        "America/New_York",
        "Pacific/Auckland",
        "Africa/Cairo",
        "America/Havana",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
    ]
)
MOMENTS = st.integers(0, 21 * 365 * DAY_MINUTES).map(
    lambda minutes: datetime(2010, 1, 1, tzinfo=UTC) + minutes * MINUTE
)
# Near the nights in which some clock changes, as well as anywhere.
CHANGES = [
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
    datetime(2026, 10, 29, 21, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
]
NEAR = st.builds(
    lambda at, minutes: at + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-9000, 3000)
)
STARTS = st.one_of(MOMENTS, NEAR)
TIMES = st.integers(0, 7 * DAY_MINUTES)


def wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def first_instant(shown: datetime, zone: str) -> datetime:
    """Look at each minute around a time for the first at which the clock shows it, or a later one."""
    at = shown.replace(tzinfo=UTC) - timedelta(hours=16)
    while wall(at, zone) < shown:
        at += MINUTE
    return at


@given(STARTS, TIMES, ZONES)
def test_after_is_where_a_walk_over_the_minutes_ends(start: datetime, minutes: int, zone: str) -> None:
    shown, left = wall(start, zone), minutes
    while left:
        left -= shown.weekday() < 5
        shown += MINUTE
    expected = first_instant(shown, zone) if minutes else start
    assert worktime.after(start, minutes * MINUTE, zone) == expected


@given(STARTS, TIMES, ZONES)
def test_before_is_where_a_walk_back_over_the_minutes_ends(end: datetime, minutes: int, zone: str) -> None:
    shown, left = wall(end, zone), minutes
    while left:
        shown -= MINUTE
        left -= shown.weekday() < 5
    expected = first_instant(shown, zone) if minutes else end
    assert worktime.before(end, minutes * MINUTE, zone) == expected


@given(STARTS, st.integers(-DAY_MINUTES, 12 * DAY_MINUTES), ZONES)
def test_between_counts_the_working_minutes(start: datetime, minutes: int, zone: str) -> None:
    end = start + minutes * MINUTE
    shown, last, counted = wall(start, zone), wall(end, zone), 0
    while shown < last:
        counted += shown.weekday() < 5
        shown += MINUTE
    assert worktime.between(start, end, zone) == counted * MINUTE


@given(STARTS, TIMES, TIMES, ZONES)
def test_after_more_time_is_never_earlier(start: datetime, one: int, more: int, zone: str) -> None:
    # From a quarter hour that the clock shows a second time it would look back at the first.
    if start.astimezone(ZoneInfo(zone)).fold or not one:
        return
    first = worktime.after(start, one * MINUTE, zone)
    assert start <= first <= worktime.after(start, (one + more) * MINUTE, zone)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # A Friday afternoon, and the night from Saturday to Sunday in which the clocks go forward.
        ("2027-03-26T16:00+00:00", 3, "2027-03-31T16:00+01:00"),
        ("2027-03-27T11:00+00:00", 1, "2027-03-30T00:00+01:00"),
        # And back.
        ("2026-10-23T16:00+01:00", 1, "2026-10-26T16:00+00:00"),
        ("2026-11-23T09:30+00:00", 3, "2026-11-26T09:30+00:00"),
        ("2026-12-31T12:00+00:00", 1, "2027-01-01T12:00+00:00"),
    ],
)
def test_after_in_working_days_of_london(start: str, days: int, end: str) -> None:
    found = worktime.after(datetime.fromisoformat(start), timedelta(days=days), "Europe/London")
    assert found == datetime.fromisoformat(end)


def test_after_when_the_clock_skips_the_time_is_the_first_instant_after_it() -> None:
    # In Cairo the clocks went from 24 April 2026, 00:00, to 01:00: a Friday.
    start = datetime(2026, 4, 23, 0, 30, tzinfo=ZoneInfo("Africa/Cairo"))
    found = worktime.after(start, timedelta(days=1), "Africa/Cairo")
    assert found == datetime(2026, 4, 24, 1, 0, tzinfo=ZoneInfo("Africa/Cairo"))
    assert found.tzinfo is UTC
