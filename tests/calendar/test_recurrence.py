"""Times that come again: against recurring-ical-events, and by literal cases."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from apps.calendar.rules import Recurrence, checked_recurrence, instances, next_instances
from apps.core.errors import Invalid

ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour, in the south
    "Pacific/Auckland",
    "America/Santiago",  # at midnight
    "Asia/Kolkata",  # never
    "Etc/UTC",
)
LONDON = "Europe/London"
NIGHT = Recurrence("2026-11-14T23:00", "2026-11-15T07:00", LONDON, "FREQ=WEEKLY;BYDAY=SA;UNTIL=20271231")


MINUTES = ",".join(str(each) for each in range(60))
PLACES = ",".join(str(each) for each in range(1, 60))
MOST_STEPS = 1_500_000
"""Calls of functions that one answer may take, however odd the rule."""


@contextmanager
def steps() -> Iterator[list[int]]:
    """Count the calls of Python functions within: the work, whatever the clock of a busy machine says."""
    taken = [0]

    def count(_frame: object, event: str, _given: object) -> None:
        taken[0] += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield taken
    finally:
        sys.setprofile(before)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ics(recurrence: Recurrence) -> Calendar:
    def stamp(text: str) -> str:
        return f"{text.replace('-', '').replace(':', '')}00"

    zone = f";TZID={recurrence.time_zone}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//test//",
        "BEGIN:VEVENT",
        "UID:one",
        f"DTSTART{zone}:{stamp(recurrence.local_start)}",
        f"DTEND{zone}:{stamp(recurrence.local_end)}",
        *([f"RRULE:{recurrence.rrule}"] if recurrence.rrule else []),
        *(f"EXDATE{zone}:{stamp(each)}" for each in recurrence.exdates),
        *(f"RDATE{zone}:{stamp(each)}" for each in recurrence.rdates),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return Calendar.from_ical("\r\n".join(lines))


def by_the_oracle(recurrence: Recurrence, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    asked = recurring_ical_events.of(ics(recurrence))
    events = asked.between(start - timedelta(days=4), end + timedelta(days=4))
    found = [(each["DTSTART"].dt.astimezone(UTC), each["DTEND"].dt.astimezone(UTC)) for each in events]
    return sorted((begins, ends) for begins, ends in found if begins < end and ends > start)


def spans(recurrence: Recurrence, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    return [(each.start, each.end) for each in instances(recurrence, start, end)]


minutes = st.sampled_from([0, 15, 30, 45])
lengths = st.sampled_from([15, 60, 90, 8 * 60, 24 * 60])
days = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True
)


def numbers(*choice: int) -> st.SearchStrategy[str]:
    picked = st.lists(st.sampled_from(choice), min_size=1, max_size=3, unique=True)
    return picked.map(lambda each: ",".join(map(str, each)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 9))}"]
    some = {
        "BYMONTH": numbers(1, 3, 4, 10, 11),
        "BYHOUR": numbers(0, 1, 2, 3, 23),
        "BYDAY": days.map(",".join),
        "WKST": st.sampled_from(["MO", "SU", "WE"]),
    }
    if frequency in ("MONTHLY", "YEARLY"):
        counted = st.tuples(st.sampled_from(["1", "3", "-1"]), days)
        some["BYDAY"] = st.one_of(
            some["BYDAY"], counted.map(lambda each: ",".join(each[0] + day for day in each[1]))
        )
        some["BYSETPOS"] = numbers(1, 2, -1)
    if frequency not in ("WEEKLY",):
        some["BYMONTHDAY"] = numbers(1, 13, 29, 31, -1)
    if frequency == "YEARLY":
        some["BYYEARDAY"] = numbers(1, 100, 366, -1)
    for name in draw(st.lists(st.sampled_from(sorted(some)), max_size=3, unique=True)):
        parts.append(f"{name}={draw(some[name])}")
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    if end == "UNTIL":
        last = datetime(2026, 6, 1) + timedelta(hours=draw(st.integers(1, 20_000)))  # noqa: DTZ001
        parts.append(f"UNTIL={last:%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    first = datetime(2026, 1, 1) + timedelta(days=draw(st.integers(0, 330)), hours=draw(st.integers(0, 23)))  # noqa: DTZ001
    first += timedelta(minutes=draw(minutes))
    more = [first + timedelta(hours=hours) for hours in draw(st.lists(st.integers(1, 9_000), max_size=3))]
    try:
        plain = checked_recurrence(
            local_start=first,
            local_end=first + timedelta(minutes=draw(lengths)),
            time_zone=draw(st.sampled_from(ZONES)),
            rrule=draw(rules()),
            rdates=[f"{each:%Y-%m-%dT%H:%M}" for each in more],
        )
    except Invalid:
        assume(False)
        raise
    starts = [each.local_start for each in instances(plain, at("2025-12-25"), at("2028-12-31"))]
    away = draw(st.lists(st.sampled_from(starts), max_size=3, unique=True))
    return checked_recurrence(**{**vars(plain), "exdates": away})


def confused(recurrence: Recurrence) -> bool:
    """Return whether the oracle would mistake a wall-clock that falls away for another one's time in UTC."""
    zone = ZoneInfo(recurrence.time_zone)
    for text in recurrence.exdates:
        local = datetime.fromisoformat(text)
        named = {local, local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)}
        near = local.replace(tzinfo=UTC)
        for other in instances(recurrence, near - timedelta(days=3), near + timedelta(days=3)):
            if named & {other.start.replace(tzinfo=None), datetime.fromisoformat(other.local_start)}:
                return True
    return False


@settings(max_examples=400, deadline=None)
@given(recurrence=recurrences(), ahead=st.integers(0, 700), length=st.integers(1, 400))
def test_instances_are_those_of_recurring_ical_events(
    recurrence: Recurrence, ahead: int, length: int
) -> None:
    assume(not confused(recurrence))
    start = at("2026-01-01") + timedelta(days=ahead)
    end = start + timedelta(days=length)
    expected = by_the_oracle(recurrence, start, end)
    # The one place where the two part: a time that begins in skipped hours and would be over before it began.
    assume(all(ends > begins for begins, ends in expected))
    assert spans(recurrence, start, end) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_each_night_of_two_years_is_that_of_recurring_ical_events(zone: str) -> None:
    nightly = checked_recurrence(
        local_start="2026-01-01T23:00", local_end="2026-01-02T07:00", time_zone=zone, rrule="FREQ=DAILY"
    )
    start, end = at("2026-03-01"), at("2028-03-01")
    assert spans(nightly, start, end) == by_the_oracle(nightly, start, end)
    assert len(spans(nightly, start, end)) in (
        731,
        732,
    )  # the zone says whether a night is under way at the edge


def test_a_night_lasts_7_or_9_hours_when_the_clocks_change() -> None:
    def hours(start: str, end: str) -> list[float]:
        return [(each.end - each.start) / timedelta(hours=1) for each in instances(NIGHT, at(start), at(end))]

    assert hours("2027-03-20", "2027-04-04") == [8, 7, 8]
    assert hours("2027-10-24", "2027-11-07") == [8, 9, 8]


def test_half_open_an_instance_that_only_touches_does_not_meet() -> None:
    first = (at("2026-11-14T23:00"), at("2026-11-15T07:00"))
    assert spans(NIGHT, *first) == [first]
    assert spans(NIGHT, first[1], at("2026-11-21T23:00")) == []


@pytest.mark.parametrize(
    ("rrule", "starts"),
    [
        ("FREQ=MONTHLY;BYDAY=3SA", ["2026-11-21", "2026-12-19", "2027-01-16"]),
        ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=3", ["2026-11-21", "2026-12-19", "2027-01-16"]),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ["2026-11-21", "2026-11-30", "2026-12-31", "2027-01-29"],
        ),
        ("FREQ=WEEKLY;COUNT=2", ["2026-11-21", "2026-11-28"]),
        ("FREQ=WEEKLY;UNTIL=20261205T100000Z", ["2026-11-21", "2026-11-28", "2026-12-05"]),
        ("FREQ=WEEKLY;UNTIL=20261205T095959Z", ["2026-11-21", "2026-11-28"]),
        ("FREQ=WEEKLY;UNTIL=20261205T100000", ["2026-11-21", "2026-11-28", "2026-12-05"]),
        ("FREQ=WEEKLY;UNTIL=20261205T095900", ["2026-11-21", "2026-11-28"]),
        ("FREQ=WEEKLY;UNTIL=20261205", ["2026-11-21", "2026-11-28", "2026-12-05"]),
        ("FREQ=WEEKLY;INTERVAL=4", ["2026-11-21", "2026-12-19", "2027-01-16"]),
        ("RRULE: freq=weekly; interval=4", ["2026-11-21", "2026-12-19", "2027-01-16"]),
        ("", ["2026-11-21"]),
    ],
)
def test_rules(rrule: str, starts: list[str]) -> None:
    recurrence = checked_recurrence(
        local_start="2026-11-21T10:00", local_end="2026-11-21T12:00", time_zone=LONDON, rrule=rrule
    )
    found = instances(recurrence, at("2026-11-01"), at("2027-02-01"))
    assert [each.local_start[:10] for each in found] == starts


@pytest.mark.parametrize(
    ("rrule", "starts"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", ["2026-11-21T10:00", "2026-11-24T10:00", "2026-12-01T10:00"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", ["2026-11-21T10:00", "2026-11-27T10:00", "2026-12-25T10:00"]),
        (
            "FREQ=HOURLY;INTERVAL=12;BYMINUTE=0,30;BYSETPOS=1,-1",
            ["2026-11-21T10:00", "2026-11-21T10:30", "2026-11-21T22:00"],
        ),
        (
            "FREQ=DAILY;BYHOUR=3,4;BYMINUTE=0,30;BYSETPOS=-4,4",
            ["2026-11-21T10:00", "2026-11-22T03:00", "2026-11-22T04:30"],
        ),
        ("FREQ=YEARLY;BYDAY=FR;BYSETPOS=-1", ["2026-11-21T10:00", "2026-12-25T10:00", "2027-12-31T10:00"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2026-11-21T10:00", "2028-02-29T10:00"]),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", ["2026-11-21T10:00", "2028-02-29T10:00"]),
        ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=10", ["2026-11-21T10:00", "2028-02-29T10:00"]),
    ],
)
def test_rule_that_people_mean_comes_though_work_is_bounded(rrule: str, starts: list[str]) -> None:
    recurrence = checked_recurrence(
        local_start="2026-11-21T10:00", local_end="2026-11-21T10:15", time_zone=LONDON, rrule=rrule
    )
    found = next_instances(recurrence, at("2026-11-01"), count=3)
    assert [each.local_start for each in found][: len(starts)] == starts


def test_dates_that_fall_away_and_dates_on_top() -> None:
    recurrence = checked_recurrence(
        local_start="2026-11-14T23:00",
        local_end="2026-11-15T07:00",
        time_zone=LONDON,
        rrule="FREQ=WEEKLY",
        exdates=["2026-11-28T23:00", "2026-12-05", "2026-12-05T23:00", "2026-11-22T11:00"],
        rdates=["2026-11-25T01:00"],
    )
    assert recurrence.exdates == ("2026-11-22T11:00", "2026-11-28T23:00", "2026-12-05", "2026-12-05T23:00")
    found = instances(recurrence, at("2026-11-01"), at("2026-12-13"))
    assert [each.local_start for each in found] == [
        "2026-11-14T23:00",
        "2026-11-21T23:00",
        "2026-11-25T01:00",
        "2026-12-12T23:00",
    ]


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (("2027-03-28T01:30", "2027-03-28T04:00"), ("2027-03-28T01:30", "2027-03-28T03:00")),  # skipped
        (
            ("2027-03-28T01:30", "2027-03-28T02:15"),
            ("2027-03-28T01:30", "2027-03-28T02:15"),
        ),  # over before it began
        (("2027-10-31T01:30", "2027-10-31T02:30"), ("2027-10-31T00:30", "2027-10-31T02:30")),  # twice
    ],
)
def test_a_first_time_that_the_clocks_skip_or_repeat(local: tuple[str, str], utc: tuple[str, str]) -> None:
    once = checked_recurrence(local_start=local[0], local_end=local[1], time_zone=LONDON)
    assert spans(once, at("2027-01-01"), at("2028-01-01")) == [(at(utc[0]), at(utc[1]))]


@pytest.mark.parametrize(
    ("rrule", "said"),
    [
        ("FREQ=SECONDLY", "each hour at most"),
        ("FREQ=MINUTELY;INTERVAL=90", "each hour at most"),
        ("FREQ=HOURLY", "more than 1,500 times a year"),
        ("FREQ=YEARLY;INTERVAL=3;BYHOUR=0,2,4,6,8,10;BYDAY=MO,TU,WE,TH,FR", "more than 1,500 times a year"),
        ("FREQ=DAILY;BYMINUTE=0,10,20,30,40,50", "more than 1,500 times a year"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never happens"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never happens"),
        ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "never happens"),
        ("FREQ=WEEKLY;BYDAY=SA;BYSETPOS=3", "never happens"),
        ("FREQ=HOURLY;INTERVAL=24;BYHOUR=3", "never happens"),
        ("FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2;COUNT=5", "never happens"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=90", "does not come 90 times in 100 years"),
        ("FREQ=DAILY;COUNT=1000000000", "COUNT must be a number from 1 to 10,000"),
        ("FREQ=DAILY;COUNT=0", "COUNT must be"),
        ("FREQ=DAILY;COUNT=-1", "COUNT must be"),
        (f"FREQ=DAILY;INTERVAL={'9' * 300}", "INTERVAL must be a number from 1 to 1,000"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be"),
        ("FREQ=DAILY;UNTIL=20261114T100000Z;COUNT=3", "not both"),
        ("FREQ=DAILY;UNTIL=20200101", "ends (UNTIL) before it starts"),
        ("FREQ=DAILY;UNTIL=99991231", "from 1970 to 2999"),
        ("FREQ=DAILY;UNTIL=20261301", "is not a time"),
        ("FREQ=DAILY;UNTIL=soon", "is not a time"),
        ("FREQ=DAILY;BYHOUR=24", "from 0 to 23"),
        ("FREQ=DAILY;BYSECOND=5", "Seconds are not planned"),
        ("FREQ=DAILY;BYDAY=XX", "not “XX”"),
        ("FREQ=WEEKLY;BYDAY=3SA", "counts days of a month"),
        ("FREQ=MONTHLY;BYDAY=0SA", "is not possible"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "no meaning with FREQ=MONTHLY"),
        ("FREQ=WEEKLY;BYSETPOS=1", "Add one, such as BYDAY"),
        ("FREQ=HOURLY;INTERVAL=4;BYMINUTE=0,1;BYSETPOS=366", "goes to 2 at most"),
        ("FREQ=HOURLY;BYSETPOS=-3;BYMINUTE=0,1", "goes to 2 at most"),
        ("FREQ=DAILY;BYHOUR=1,2;BYMINUTE=0,1;BYSETPOS=1,5", "goes to 4 at most"),
        ("FREQ=WEEKLY;BYDAY=SA;BYSETPOS=8", "goes to 7 at most"),
        (f"FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30;BYMINUTE={MINUTES}", "in the 5 years after"),
        (f"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYMINUTE={MINUTES};BYSETPOS={PLACES}", "never happens"),
        ("FREQ=DAILY;BYEASTER=0", "“BYEASTER” is not a part"),
        ("FREQ=DAILY;FREQ=WEEKLY", "twice"),
        ("FREQ=DAILY;;X", "cannot be read"),
        ("every day", "cannot be read"),
        ("BYDAY=SA", "Begin with FREQ"),
        ("FREQ=DAILY;BYHOUR=" + ",".join(["1"] * 400), "400 characters"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_at_once(rrule: str, said: str) -> None:
    with steps() as taken, pytest.raises(Invalid) as refused:
        checked_recurrence(
            local_start="2026-11-14T10:00", local_end="2026-11-14T10:05", time_zone=LONDON, rrule=rrule
        )
    assert said in refused.value.fields["rrule"][0]
    assert taken[0] < MOST_STEPS


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"local_end": "2026-11-15T10:05"}, "local_end", "still run when the next one starts"),
        ({"rdates": ["2026-11-14T10:03"]}, "local_end", "still run when the next one starts"),
        ({"local_end": "2026-11-14T10:00"}, "local_end", "after the start"),
        ({"local_end": "2028-11-14T10:00"}, "local_end", "a year at most"),
        ({"time_zone": "Mars/Base"}, "time_zone", "no time zone"),
        ({"local_start": "soon"}, "local_start", "is not a date and time"),
        ({"local_start": "0026-01-01T00:00"}, "local_start", "from 1970 to 2999"),
        ({"exdates": ["26 December"]}, "exdates", "is not a date and time"),
        ({"rdates": ["2026-12-26"]}, "rdates", "is not a date and time"),
    ],
)
def test_what_cannot_be_planned_is_refused_at_its_field(
    changed: dict[str, str], field: str, said: str
) -> None:
    given = {
        "local_start": "2026-11-14T10:00",
        "local_end": "2026-11-14T10:05",
        "time_zone": LONDON,
        "rrule": "FREQ=DAILY",
    }
    with pytest.raises(Invalid) as refused:
        checked_recurrence(**{**given, **changed})
    assert said in refused.value.fields[field][0]


@pytest.mark.parametrize(
    "rrule", ["FREQ=DAILY", "FREQ=HOURLY;INTERVAL=7", "FREQ=WEEKLY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=3SA"]
)
def test_a_rule_without_end_answers_at_once_a_thousand_years_on(rrule: str) -> None:
    endless = checked_recurrence(
        local_start="1980-01-05T10:00", local_end="1980-01-05T11:00", time_zone=LONDON, rrule=rrule
    )
    with steps() as taken:
        found = instances(endless, at("2980-01-01"), at("2984-01-01"))
    assert taken[0] < MOST_STEPS
    first = datetime(1980, 1, 5, 10)  # noqa: DTZ001
    since = {(datetime.fromisoformat(each.local_start) - first) for each in found}
    step = {"DAILY": timedelta(days=1), "HOURLY": timedelta(hours=7), "WEEKLY": timedelta(weeks=3)}
    for name, unit in step.items():
        if name in rrule:
            assert not any(each % unit for each in since)
            assert len(found) == pytest.approx(timedelta(days=1461) / unit, abs=1)
    if "3SA" in rrule:
        assert len(found) == 48
        assert all(15 <= int(each.local_start[8:10]) <= 21 for each in found)


def test_a_longer_stretch_than_five_years_is_not_asked() -> None:
    with pytest.raises(ValueError, match="1830 days at most"):
        instances(NIGHT, at("2026-01-01"), at("3026-01-01"))


def test_the_next_few() -> None:
    found = next_instances(NIGHT, at("2026-11-15T01:00"), count=2)
    assert [each.local_start for each in found] == ["2026-11-21T23:00", "2026-11-28T23:00"]
