from datetime import UTC, datetime, timedelta, timezone

from apps.core import clock

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)


def test_now_moved_holds_the_moment_and_comes_back() -> None:
    with clock.moved_to(NOON):
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_iso_of_another_zone_is_utc_with_microseconds() -> None:
    india = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert clock.iso(india) == "2026-11-19T12:00:00.000000Z"
