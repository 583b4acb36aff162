"""Recurrences in words, and what they do when the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.calendar.rules import Recurrence, clock_changes, in_words

LONDON = "Europe/London"
LATE = "from 23:00 to 07:00 the next day, London time"
NOVEMBER = datetime(2026, 11, 10, tzinfo=UTC)


def planned(
    rrule: str, start: str = "2026-11-14T23:00", end: str = "2026-11-15T07:00", zone: str = LONDON
) -> Recurrence:
    return Recurrence(start, end, zone, rrule)


@pytest.mark.parametrize(
    ("rrule", "said"),
    [
        (
            "FREQ=WEEKLY;BYDAY=SA;UNTIL=20271231",
            "Every Saturday from 23:00 to Sunday 07:00, London time, until 31 December 2027.",
        ),
        (
            "FREQ=WEEKLY;UNTIL=20271231T235900Z",
            "Every Saturday from 23:00 to Sunday 07:00, London time, until 31 December 2027.",
        ),
        (
            "FREQ=WEEKLY;BYDAY=SA,TU;COUNT=10",
            f"Every Tuesday and Saturday {LATE}, 10 times in all.",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", f"Every weekday {LATE}."),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
            f"Every day {LATE}.",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA",
            "Every 2 weeks on Saturday from 23:00 to Sunday 07:00, London time.",
        ),
        ("FREQ=DAILY", f"Every day {LATE}."),
        (
            "FREQ=DAILY;INTERVAL=3;COUNT=1",
            f"Every 3 days {LATE}, once in all.",
        ),
        (
            "FREQ=MONTHLY;BYDAY=3SA",
            f"On the third Saturday of every month {LATE}.",
        ),
        (
            "FREQ=MONTHLY;BYDAY=SA;BYSETPOS=-1",
            f"On the last Saturday of every month {LATE}.",
        ),
        ("FREQ=MONTHLY", f"On day 14 of every month {LATE}."),
        (
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1",
            f"Every 3 months on the last day {LATE}.",
        ),
        ("FREQ=YEARLY", f"Every year on 14 November {LATE}."),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            f"Every year on the fourth Thursday of November {LATE}.",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "By the rule FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1, 8 hours each time, "
            "first on 14 November 2026 at 23:00, London time.",
        ),
        (
            "FREQ=HOURLY;INTERVAL=9",
            "By the rule FREQ=HOURLY;INTERVAL=9, 8 hours each time, first on 14 November 2026 at 23:00, London time.",
        ),
        ("", "Saturday 14 November 2026 from 23:00 to Sunday 07:00, London time."),
    ],
)
def test_in_words(rrule: str, said: str) -> None:
    assert in_words(planned(rrule)) == said


@pytest.mark.parametrize(
    ("start", "end", "zone", "said"),
    [
        ("2026-11-14T09:00", "2026-11-14T10:30", LONDON, "from 09:00 to 10:30, London time."),
        ("2026-11-14T00:00", "2026-11-15T00:00", "America/New_York", "all day, New York time."),
        ("2026-11-14T00:00", "2026-11-17T00:00", "Etc/UTC", "for 3 whole days, UTC."),
        ("2026-11-14T20:00", "2026-11-15T00:00", "UTC", "from 20:00 to 24:00, UTC."),
        ("2026-11-14T20:00", "2026-11-16T06:00", "UTC", "from 20:00 to Monday 16 November 2026 06:00, UTC."),
    ],
)
def test_hours_in_words(start: str, end: str, zone: str, said: str) -> None:
    assert in_words(Recurrence(start, end, zone)) == f"Saturday 14 November 2026 {said}"


def test_single_dates_in_words() -> None:
    some = Recurrence(
        "2026-11-14T09:00",
        "2026-11-14T10:00",
        LONDON,
        "FREQ=WEEKLY",
        exdates=("2026-12-26", "2027-01-02T09:00"),
        rdates=tuple(f"2026-12-0{day}T09:00" for day in range(1, 5)),
    )
    assert in_words(some) == (
        "Every Saturday from 09:00 to 10:00, London time, except on 26 December 2026 and 2 January 2027, "
        "and also on 4 dates."
    )


def test_an_end_in_utc_is_told_as_the_day_it_is_there() -> None:
    said = in_words(planned("FREQ=DAILY;UNTIL=20271231T120000Z", zone="Pacific/Auckland"))
    assert said.endswith("Auckland time, until 1 January 2028.")


def test_a_night_over_both_changes_of_the_clocks() -> None:
    spring, autumn = clock_changes(planned("FREQ=WEEKLY;BYDAY=SA;UNTIL=20271231"), NOVEMBER)
    assert spring.moment == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert (spring.lasts, spring.usual, spring.inside) == (timedelta(hours=7), timedelta(hours=8), True)
    assert (
        spring.sentence("this freeze")
        == "On 28 March 2027 clocks go forward: this freeze lasts 7 hours instead of 8."
    )
    assert autumn.moment == datetime(2027, 10, 31, 1, tzinfo=UTC)
    assert [f"{each:%H:%M}" for each in autumn.odd] == ["01:00", "02:00"]
    assert autumn.sentence("this freeze") == (
        "On 31 October 2027 clocks go back: 01:00 comes twice, and this freeze lasts 9 hours instead of 8."
    )


@pytest.mark.parametrize(
    ("recurrence", "spring", "autumn"),
    [
        (
            planned("FREQ=DAILY", "2026-11-14T01:30", "2026-11-14T04:00"),
            "On 28 March 2027 clocks go forward: 01:30 is skipped, so it starts at 02:30, and it lasts "
            "1 hour 30 minutes instead of 2 hours 30 minutes.",
            "On 31 October 2027 clocks go back: 01:30 comes twice, and it starts at the first, and it lasts "
            "3 hours 30 minutes instead of 2 hours 30 minutes.",
        ),
        (
            planned("FREQ=DAILY", "2026-11-14T23:00", "2026-11-15T01:30"),
            "On 28 March 2027 clocks go forward: 01:30 is skipped, so it ends at 02:30.",
            "On 31 October 2027 clocks go back: 01:30 comes twice, and it ends at the first.",
        ),
        (
            planned("FREQ=DAILY", "2026-11-14T10:00", "2026-11-14T12:00"),
            "On 28 March 2027 clocks go forward at 01:00. "
            "The nearest one, Sun 28 March, 10:00, lasts 2 hours as ever.",
            "On 31 October 2027 clocks go back at 02:00. "
            "The nearest one, Sun 31 October, 10:00, lasts 2 hours as ever.",
        ),
        (
            planned("FREQ=DAILY;COUNT=2", "2023-11-14T10:00", "2023-11-14T12:00"),
            "On 28 March 2027 clocks go forward. Nothing is planned within a year of it.",
            "On 31 October 2027 clocks go back. Nothing is planned within a year of it.",
        ),
    ],
)
def test_each_way_that_the_clocks_can_touch_it(recurrence: Recurrence, spring: str, autumn: str) -> None:
    assert [change.sentence() for change in clock_changes(recurrence, NOVEMBER)] == [spring, autumn]


def test_half_an_hour_in_the_south() -> None:
    lord_howe = planned("FREQ=DAILY", zone="Australia/Lord_Howe")
    assert [change.sentence() for change in clock_changes(lord_howe, NOVEMBER)] == [
        "On 4 April 2027 clocks go back: 01:30 comes twice, "
        "and it lasts 8 hours 30 minutes instead of 8 hours.",
        "On 3 October 2027 clocks go forward: it lasts 7 hours 30 minutes instead of 8 hours.",
    ]


def test_no_change_where_the_clocks_stay() -> None:
    assert clock_changes(planned("FREQ=DAILY", zone="Asia/Kolkata"), NOVEMBER) == []
