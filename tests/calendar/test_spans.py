from datetime import UTC, datetime

import pytest

from apps.calendar.rules import Span, comes_twice, span_from_local
from apps.core.errors import Invalid


def refusal(start: str, end: str, zone: str = "Europe/London") -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        span_from_local(start, end, zone)
    return caught.value.fields


def test_span_when_summer_is_an_hour_ahead_of_utc() -> None:
    span = span_from_local("2026-07-19T06:00", "2026-07-19T08:30", "Europe/London")
    assert span == Span(
        datetime(2026, 7, 19, 5, tzinfo=UTC),
        datetime(2026, 7, 19, 7, 30, tzinfo=UTC),
        "Europe/London",
        "2026-07-19T06:00",
        "2026-07-19T08:30",
    )


def test_span_when_end_is_not_after_start_is_refused_at_the_end() -> None:
    assert refusal("2026-11-19T06:00", "2026-11-19T06:00") == {
        "local_end": ["The end must be after the start."]
    }


def test_span_when_zone_is_unknown_is_refused_by_name() -> None:
    assert (
        "There is no time zone “Europe/Londres”"
        in refusal("2026-11-19T06:00", "2026-11-19T07:00", "Europe/Londres")["time_zone"][0]
    )


def test_span_when_local_time_does_not_exist_says_why() -> None:
    said = refusal("2027-03-28T01:30", "2027-03-28T04:00")
    assert said == {
        "local_start": ["01:30 does not exist on 28 March 2027 in Europe/London: the clocks go forward then."]
    }


def test_span_when_local_time_comes_twice_takes_the_first() -> None:
    span = span_from_local("2026-10-25T01:30", "2026-10-25T03:00", "Europe/London")
    assert span.start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert comes_twice("2026-10-25T01:30", "Europe/London")
    assert not comes_twice("2026-10-25T03:30", "Europe/London")


def test_span_when_text_is_no_time_is_refused_at_its_field() -> None:
    assert "is not a date and time" in refusal("tomorrow", "2026-11-19T07:00")["local_start"][0]
    assert refusal("2026-11-19T07:00", "")["local_end"] == ["Give a date and a time."]


def test_spans_when_they_only_touch_do_not_overlap() -> None:
    span = span_from_local("2026-11-19T06:00", "2026-11-19T07:00", "UTC")
    assert not span.overlaps(datetime(2026, 11, 19, 7, tzinfo=UTC), datetime(2026, 11, 19, 8, tzinfo=UTC))
    assert span.overlaps(datetime(2026, 11, 19, 6, 59, tzinfo=UTC), datetime(2026, 11, 19, 8, tzinfo=UTC))
