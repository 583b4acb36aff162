"""Calendar files, read back with icalendar and with ical.js."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from apps.calendar.rules import Recurrence, instances
from apps.calendar.rules.calendar_files import Entry, Heading, calendar_file, plain
from apps.calendar.rules.vtimezones import vtimezone
from tests.calendar.ical_js import as_instants, read_by_ical_js

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HEADING = Heading("Team changes", "What a team owns", "Europe/London")
YEAR = datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)


def entry(times: Recurrence, **more: Any) -> Entry:
    given = {
        "uid": "chg-1@example.org",
        "title": "CHG-1: Retrain",
        "said": "In review.",
        "url": "https://example.org/changes/CHG-1/",
        "status": "CONFIRMED",
        "sequence": 3,
        "changed_at": NOW,
        "categories": ("Change", "In review"),
    }
    return Entry(times=times, **(given | more))


def written(*entries: Entry) -> bytes:
    return calendar_file(HEADING, entries, now=NOW)


def once(zone: str = "Europe/London") -> Recurrence:
    return Recurrence("2026-11-19T06:00", "2026-11-19T08:30", zone)


RECURRING = [
    # Nights over both changes of the clocks, in both directions, with dates taken away and put in.
    Recurrence("2026-10-17T23:00", "2026-10-18T07:00", "Europe/London", "FREQ=WEEKLY;BYDAY=SA"),
    Recurrence("2026-03-01T22:00", "2026-03-02T06:00", "America/New_York", "FREQ=DAILY;INTERVAL=3"),
    Recurrence(
        "2026-10-01T09:00",
        "2026-10-01T10:00",
        "Europe/Berlin",
        "FREQ=DAILY;COUNT=200",
        ("2026-10-25T09:00", "2026-12-24", "2027-03-28T09:00"),
        ("2027-04-30T21:30", "2027-05-30T21:30"),
    ),
    Recurrence("2026-09-19T02:00", "2026-09-19T05:00", "Australia/Sydney", "FREQ=MONTHLY;BYDAY=3SA"),
    Recurrence("2026-09-06T09:00", "2026-09-06T12:00", "Africa/Casablanca", "FREQ=WEEKLY"),
    Recurrence("2026-10-01T04:00", "2026-10-01T05:00", "Europe/London", "FREQ=DAILY;UNTIL=20261101T040000"),
    Recurrence("2026-10-01T04:00", "2026-10-01T05:00", "Europe/London", "FREQ=DAILY;UNTIL=20270328T030000Z"),
    Recurrence("2026-10-01T04:00", "2026-10-01T05:00", "Asia/Kolkata", "FREQ=WEEKLY;BYDAY=MO,TH"),
    Recurrence("2026-10-01T04:00", "2026-10-01T05:00", "UTC", "FREQ=WEEKLY", ("2026-10-08",)),
]


@pytest.mark.parametrize("times", RECURRING, ids=lambda times: f"{times.time_zone}-{times.rrule}")
def test_ical_js_finds_the_same_instances_as_we_do(times: Recurrence) -> None:
    read = read_by_ical_js(written(entry(times)), *YEAR)
    ours = [(one.start, one.end) for one in instances(times, *YEAR)]
    assert as_instants(read["events"][0]) == ours
    assert len(ours) > 14


@pytest.mark.parametrize("times", RECURRING, ids=lambda times: f"{times.time_zone}-{times.rrule}")
def test_what_is_taken_away_is_written_as_the_start_is(times: Recurrence) -> None:
    [event] = Calendar.from_ical(written(entry(times))).walk("VEVENT")
    start = event["dtstart"]
    for name in ("exdate", "rdate"):
        if name in event:
            assert event[name].params.get("TZID") == start.params.get("TZID")
            assert "VALUE" not in event[name].params
            assert all(type(each.dt) is datetime for each in event[name].dts)
    if "until" in event.get("rrule", {}):
        assert all(each.tzinfo is not None for each in event["rrule"]["until"])


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Africa/Casablanca", "Asia/Kolkata"])
def test_icalendar_reads_back_each_part_of_an_event(zone: str) -> None:
    made = entry(once(zone), title="CHG-1: Retrain; the, model\\", said="In review.\nAll signed.")
    calendar = Calendar.from_ical(written(made))
    [event] = calendar.walk("VEVENT")
    assert event.start == datetime(2026, 11, 19, 6, tzinfo=ZoneInfo(zone))
    assert event.end == datetime(2026, 11, 19, 8, 30, tzinfo=ZoneInfo(zone))
    assert str(event["summary"]) == "CHG-1: Retrain; the, model\\"
    assert str(event["description"]) == "In review.\nAll signed."
    assert event["dtstamp"].dt == event["last-modified"].dt == NOW
    assert event["categories"].cats == ["Change", "In review"]
    assert [str(calendar[name]) for name in ("x-wr-calname", "name")] == ["Team changes"] * 2
    assert calendar["refresh-interval"].dt == timedelta(hours=1)
    assert str(calendar["x-published-ttl"]) == "PT1H"
    assert calendar["refresh-interval"].params["VALUE"] == "DURATION"
    assert [str(each["tzid"]) for each in calendar.walk("VTIMEZONE")] == [zone]


def test_times_in_utc_need_no_zone() -> None:
    calendar = Calendar.from_ical(written(entry(once("UTC"))))
    [event] = calendar.walk("VEVENT")
    assert event["dtstart"].to_ical() == b"20261119T060000Z"
    assert calendar.walk("VTIMEZONE") == []


def test_same_entries_give_the_same_bytes() -> None:
    assert written(entry(once()), entry(RECURRING[0], uid="b")) == written(
        entry(once()), entry(RECURRING[0], uid="b")
    )


HOSTILE = [
    "x\r\nSTATUS:CANCELLED\r\nEND:VEVENT",
    "x\rATTACH:file:///etc/passwd",
    "x\nBEGIN:VALARM",
    "a\x00b\x07\x1b[31m",
    "half \ud83d a pair \udc00",
    "turned \u202e around \u2066",
    "line\u2028separator\x85next",
    "semi;colon,comma\\n \\",
    '";TZID=evil:"',
    "é" * 200 + "🙂" * 60,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    made = entry(
        once(), title=text, said=text, url=f"https://example.org/{text}", categories=(text,), uid="one"
    )
    content = calendar_file(Heading(text, text, "Europe/London"), [made], now=NOW)
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\r" in line or b"\n" in line or b"\x00" in line for line in lines)
    content.decode("utf-8")
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert [str(event["status"]), event.subcomponents] == ["CONFIRMED", []]
    assert str(event["summary"]) == plain(text, lines=False)
    assert str(event["description"]) == plain(text)
    read = read_by_ical_js(content, *YEAR)["events"][0]
    assert (read["status"], read["summary"]) == ("CONFIRMED", plain(text, lines=False))
    assert read["description"] == plain(text)
    assert "attach" not in read["names"]
    assert as_instants(read) == [(one.start, one.end) for one in instances(once(), *YEAR)]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    [event] = Calendar.from_ical(written(entry(once(), title=text, said=text))).walk("VEVENT")
    assert str(event["summary"]) == plain(text, lines=False)
    assert str(event["description"]) == plain(text)


ZONES = ["Europe/London", "America/New_York", "Africa/Casablanca", "Europe/Dublin", "Australia/Lord_Howe",
         "America/Santiago", "Asia/Tehran", "Pacific/Chatham", "Asia/Gaza", "America/Sao_Paulo"]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_zone_in_the_file_moves_its_clock_as_the_zone_does(zone: str) -> None:
    # One event every nine hours for two years, read with nothing but what the file says of the zone.
    times = Recurrence("2026-01-01T04:30", "2026-01-01T04:45", zone, "FREQ=DAILY;BYHOUR=4,7,12,20")
    begin, end = datetime(2026, 1, 2, tzinfo=UTC), datetime(2027, 12, 30, tzinfo=UTC)
    read = as_instants(read_by_ical_js(written(entry(times)), begin, end)["events"][0])
    ours = [(one.start, one.end) for one in instances(times, begin, end)]
    assert read == ours


def test_zone_with_a_yearly_rule_holds_far_ahead_and_one_without_names_each_change() -> None:
    london = vtimezone("Europe/London", 2025, 2036).to_ical()
    assert london.count(b"RRULE:FREQ=YEARLY;BYDAY=-1SU") == 2
    assert london.count(b"DTSTART") == 3
    assert b"RRULE" not in (morocco := vtimezone("Africa/Casablanca", 2025, 2036).to_ical())
    assert morocco.count(b"DTSTART") == 27  # Ramadan comes twice in 2030
    assert b"DTSTART:20250330T010000" in london
