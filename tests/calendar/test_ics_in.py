"""Calendar files: the same instances as recurring-ical-events, bounded, and nothing left out silently."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from apps.calendar.rules import ics_event, instances
from apps.calendar.rules.ics_in import SIZE_LIMIT, IcsFile, read_ics
from apps.core.errors import Invalid

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LONDON = "Europe/London"


def read(*events: str, head: str = "", zone: str = LONDON) -> IcsFile:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head.splitlines()]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return read_ics("\r\n".join([*lines, "END:VCALENDAR", ""]).encode(), time_zone=zone, now=NOW)


def refusal(data: bytes, zone: str = LONDON) -> str:
    with pytest.raises(Invalid) as refused:
        read_ics(data, time_zone=zone, now=NOW)
    return " ".join(said for each in refused.value.fields.values() for said in each)


def starts(file: IcsFile) -> list[str]:
    begin, end = NOW - timedelta(days=400), NOW + timedelta(days=400)
    return sorted(each.local_start for spec in file.specs for each in instances(spec.recurrence, begin, end))


FILES = (
    "america_new_york.ics",
    "event_with_recurrence_exdates_on_different_lines.ics",
    "example.ics",
    "google_calendar_public_holidays.ics",
    "holidays_de_by_2026.ics",
    "holidays_gb_eng_2026_2027.ics",
    "issue_112_missing_tzinfo_on_exdate.ics",
    "issue_466_convert_tzid_with_slash.ics",
    "recurring_event.ics",
)


@pytest.mark.parametrize("name", FILES)
def test_real_calendars_give_the_instances_of_recurring_ical_events(shared_data: Path, name: str) -> None:
    folder = shared_data / "calendars"
    labels = json.loads((folder / "labels.json").read_text())
    label = next(each for each in labels["files"] if each["file"] == name)
    data = (folder / name).read_bytes()
    begin, end = (date.fromisoformat(each) for each in label["window"])
    file = read_ics(data, time_zone=LONDON, now=NOW)
    assert file.not_read == ()

    found = []
    for spec in file.specs:
        zone = ZoneInfo(spec.recurrence.time_zone)
        first, last = (datetime(each.year, each.month, each.day, tzinfo=zone) for each in (begin, end))
        for each in instances(spec.recurrence, first, last):
            if spec.whole_days:
                found.append((each.local_start[:10], each.local_end[:10], spec.name))
            else:
                span = (each.start.astimezone(zone), each.end.astimezone(zone))
                found.append((str(span[0]), str(span[1]), spec.name))

    calendars = icalendar.Calendar.from_ical(data, multiple=True)
    expected = []
    for calendar in calendars:
        holder = calendar if calendar.name == "VCALENDAR" else icalendar.Calendar()
        if holder is not calendar:
            holder.add_component(calendar)
        for event in recurring_ical_events.of(holder).between(begin, end):
            starts, ends = event["DTSTART"].dt, event["DTEND"].dt
            if not isinstance(starts, datetime) and starts == ends:
                ends = starts + timedelta(days=1)  # no time at all is read as that day
            expected.append((str(starts), str(ends), str(event["SUMMARY"])))
    assert sorted(found) == sorted(expected)
    assert len(found) == label["occurrences_in_window"]
    labelled = [(each["start"], each["summary"]) for each in label["first_occurrences"]]
    assert {(start, name) for start, _, name in found} >= set(labelled)


def test_the_labels_name_no_other_file(shared_data: Path) -> None:
    labels = json.loads((shared_data / "calendars" / "labels.json").read_text())
    assert {each["file"] for each in labels["files"]} == set(FILES)


def test_an_event_as_a_period() -> None:
    file = read(
        """
UID:abc@example.org
SEQUENCE:3
SUMMARY:Settle\\, then close
DESCRIPTION:Two books\\nuntil seven
DTSTART;TZID=Europe/Berlin:20261114T230000
DTEND;TZID=Europe/Berlin:20261115T070030
RRULE:FREQ=WEEKLY;BYDAY=SA;COUNT=3
EXDATE:20261121T220000Z
RDATE;TZID=Europe/Berlin:20261118T230000
"""
    )
    (spec,) = file.specs
    assert (spec.uid, spec.sequence, spec.name) == ("abc@example.org", 3, "Settle, then close")
    assert spec.description == "Two books\nuntil seven"
    assert vars(spec.recurrence) == {
        "local_start": "2026-11-14T23:00",
        "local_end": "2026-11-15T07:01",
        "time_zone": "Europe/Berlin",
        "rrule": "FREQ=WEEKLY;COUNT=3;BYDAY=SA",
        "exdates": ("2026-11-21T23:00",),
        "rdates": ("2026-11-18T23:00",),
    }
    assert starts(file) == ["2026-11-14T23:00", "2026-11-18T23:00", "2026-11-28T23:00"]
    assert file.not_read == ()


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("/Europe/Stockholm", "Europe/Stockholm"),
        ("custom_America/New_York", "America/New_York"),
        ("/freeassociation.sourceforge.net/Europe/London", "Europe/London"),
        ("/mozilla.org/20050126_1/America/Indiana/Knox", "America/Indiana/Knox"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Our own", "Asia/Tokyo"),
        ('"(UTC:00) Our own"', "Asia/Seoul"),
    ],
)
def test_zones_by_other_names(tzid: str, zone: str) -> None:
    head = "BEGIN:VTIMEZONE\nTZID:Our own\nX-LIC-LOCATION:Asia/Tokyo\nEND:VTIMEZONE"
    head += "\nBEGIN:VTIMEZONE\nTZID:(UTC:00) Our own\nX-LIC-LOCATION:Asia/Seoul\nEND:VTIMEZONE"
    file = read(f"UID:1\nDTSTART;TZID={tzid}:20261114T230000\nDURATION:PT1H", head=head)
    assert [spec.recurrence.time_zone for spec in file.specs] == [zone]


def test_times_without_a_zone_and_whole_days_are_meant_where_it_is_said() -> None:
    events = (
        "UID:1\nDTSTART:20261114T230000\nDURATION:PT1H",
        "UID:2\nDTSTART;VALUE=DATE:20261225",
        "UID:3\nDTSTART:20270714T120000Z\nDTEND:20270714T130000Z",
    )
    said = read(*events, zone="Asia/Tokyo", head="X-WR-TIMEZONE:America/New_York")
    assert [spec.recurrence.time_zone for spec in said.specs] == [
        "Asia/Tokyo",
        "Asia/Tokyo",
        "America/New_York",
    ]
    assert starts(said) == ["2026-11-14T23:00", "2026-12-25T00:00", "2027-07-14T08:00"]
    own = read(*events, zone="", head="X-WR-TIMEZONE:America/New_York")
    assert {spec.recurrence.time_zone for spec in own.specs} == {"America/New_York"}
    assert own.time_zone == "America/New_York"
    with pytest.raises(Invalid) as refused:
        read(*events, zone="")
    assert refused.value.fields == {"time_zone": ["The file does not say its time zone. Choose one."]}


def test_a_date_that_differs_takes_the_place_of_its_own() -> None:
    series = "UID:1\nSUMMARY:Rota\nDTSTART;TZID=Europe/London:20261102T090000\nDURATION:PT8H\nRRULE:FREQ=WEEKLY;COUNT=4"
    moved = (
        "UID:1\nSUMMARY:Rota, later\nRECURRENCE-ID;TZID=Europe/London:20261109T090000\nDURATION:PT2H\n"
        "DTSTART;TZID=Europe/London:20261110T100000"
    )
    gone = (
        "UID:1\nSUMMARY:Rota\nRECURRENCE-ID:20261116T090000Z\nSTATUS:CANCELLED\nDURATION:PT2H\n"
        "DTSTART;TZID=Europe/London:20261116T090000"
    )
    file = read(moved, series, gone)
    assert starts(file) == ["2026-11-02T09:00", "2026-11-10T10:00", "2026-11-23T09:00"]
    assert [(spec.uid, spec.name) for spec in file.specs] == [
        ("1", "Rota"),
        ("1#2026-11-09T09:00", "Rota, later"),
    ]
    assert [(each.name, each.reason) for each in file.not_read] == [
        ("Rota", "It is cancelled on 2026-11-16.")
    ]


def test_the_newer_of_two_with_one_id_is_taken() -> None:
    event = "UID:1\nSUMMARY:{}\nSEQUENCE:{}\nDTSTART:20261114T230000\nDURATION:PT1H"
    file = read(event.format("old", 1), event.format("new", 2))
    assert [spec.name for spec in file.specs] == ["new"]
    assert [(each.name, each.reason) for each in file.not_read] == [
        ("old", "The file holds it twice; the newer one is taken.")
    ]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("DTSTART;TZID=Mars/Base:20261114T230000\nDURATION:PT1H", "time zone “Mars/Base” is not known"),
        (
            "DTSTART:20261114T230000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY;COUNT=1000000000",
            "each hour at most",
        ),
        ("DTSTART:20261114T230000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1000000000", "COUNT must be"),
        ("DTSTART:20261114T230000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY", "more than 1,500 times a year"),
        ("DTSTART:20261114T230000Z\nDURATION:PT1H\nRRULE:FREQ=FUN", "RRULE cannot be read"),
        (
            "DTSTART:20261114T230000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY",
            "RRULE stands in it more",
        ),
        ("DTSTART:20261114T230000Z\nDURATION:PT1H\nEXRULE:FREQ=DAILY", "EXRULE"),
        ("DTSTART:20261114T230000Z\nDURATION:PT30H\nRRULE:FREQ=DAILY", "still run when the next one starts"),
        ("DTSTART:20261114T230000Z", "takes no time"),
        ("DTSTART:20261114T230000Z\nDTEND:20261114T220000Z", "end must be after the start"),
        ("DTSTART;VALUE=DATE:20261114\nDTEND;VALUE=DATE:20261110", "end must be after the start"),
        ("DTSTART;VALUE=DATE:20261114\nDTEND:20261114T220000Z", "ends at a time"),
        ("DTSTART:20261114T230000Z\nDTEND;VALUE=DATE:20261115", "ends with a whole day"),
        ("DTSTART:20260231T230000Z\nDURATION:PT1H", "DTSTART cannot be read"),
        ("DURATION:PT1H", "has no start"),
        ("DTSTART:16000101T000000Z\nDURATION:PT1H", "from 1970 to 2999"),
        ("DTSTART:20261114T230000Z\nDURATION:PT1H\nEXDATE:soon", "EXDATE cannot be read"),
        ("DTSTART:20261114T230000Z\nDURATION:PT1H\nnonsense", "One of its lines cannot be read"),
        ("DTSTART:20261114T230000Z\nDURATION:PT1H\nSTATUS:CANCELLED", "It is cancelled"),
        (
            "DTSTART:20261114T230000Z\nDURATION:PT1H\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261114T230000Z",
            "RANGE=THISANDFUTURE",
        ),
    ],
)
def test_an_event_that_cannot_be_planned_is_named_with_its_reason(event: str, reason: str) -> None:
    file = read(f"UID:1\nSUMMARY:Odd one\n{event}", "UID:2\nDTSTART:20261114T230000Z\nDURATION:PT1H")
    assert [spec.uid for spec in file.specs] == ["2"]
    (left,) = file.not_read
    assert left.name == "Odd one"
    assert reason in left.reason


def test_what_is_no_event_is_told() -> None:
    file = read_ics(
        b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nEND:VTODO\nEND:VCALENDAR\n", time_zone=LONDON, now=NOW
    )
    assert [(each.name, each.reason) for each in file.not_read] == [("1 × to-do", "Only events are planned.")]


def test_dates_that_bring_their_own_end_stand_alone() -> None:
    file = read("UID:1\nDTSTART:20261114T090000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261116T100000Z/PT4H")
    assert [(spec.uid, spec.recurrence.local_start, spec.recurrence.local_end) for spec in file.specs] == [
        ("1", "2026-11-14T09:00", "2026-11-14T10:00"),
        ("1#2026-11-16T10:00", "2026-11-16T10:00", "2026-11-16T14:00"),
    ]


def test_an_event_without_an_id_keeps_the_one_it_is_given() -> None:
    event = "SUMMARY:Closing\nDTSTART;VALUE=DATE:20261224"
    assert read(event).specs[0].uid == read(event).specs[0].uid
    assert read(event).specs[0].uid.startswith("no-uid-")


def test_long_and_strange_words_are_kept_in_bounds() -> None:
    (spec,) = read(
        f"UID:{'u' * 9000}\nSUMMARY:{'n' * 500}\x07\nDESCRIPTION:d\nDTSTART;VALUE=DATE:20261224"
    ).specs
    assert (len(spec.name), spec.name[-1], len(spec.uid)) == (120, "…", 133)
    assert spec.description == f"{'n' * 500}\nd"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no event in the file"),
        (b"/etc/hostname", "not a calendar"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"<html>\n", "not a calendar"),
        (b"BEGIN:VCARD\nEND:VCARD\n", "not a calendar"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "no event in the file"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n", "cut off"),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\n", "END:VEVENT does not belong"),
        (b"BEGIN:VCALENDAR\n" * 50_000, "too deep"),
        (
            b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 1_001 + b"END:VCALENDAR\n",
            "more than 1,000 events",
        ),
        (
            b"BEGIN:VEVENT\nEXDATE:" + b"20261114T230000Z," * 20_000 + b"\nEND:VEVENT\n",
            "too many single dates",
        ),
        (b"X" * (50 * 1024 * 1024), f"larger than {SIZE_LIMIT // 1024 // 1024} MB"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_at_once(data: bytes, said: str) -> None:
    began = time.process_time()
    assert said in refusal(data)
    assert time.process_time() - began < 2


def test_a_file_that_would_fill_the_calendar_is_refused() -> None:
    rule = "FREQ=DAILY;UNTIL=20000101;BYHOUR=1,7,13,19"
    event = f"BEGIN:VEVENT\nUID:{{}}\nDTSTART:19900101T000000Z\nDURATION:PT1H\nRRULE:{rule}\nEND:VEVENT\n"
    data = "BEGIN:VCALENDAR\n" + "".join(event.format(number) for number in range(1_000)) + "END:VCALENDAR\n"
    began = time.process_time()
    assert "more than 20,000 times on the calendar" in refusal(data.encode())
    assert time.process_time() - began < 2


def test_a_full_file_of_what_is_not_needed_cost_little() -> None:
    standard = "BEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=SECONDLY\nEND:STANDARD"
    zone = f"BEGIN:VTIMEZONE\nTZID:X\n{standard}\nEND:VTIMEZONE\n"
    alarms = "BEGIN:VALARM\nTRIGGER:-PT15M\nACTION:DISPLAY\nEND:VALARM\n" * 30_000
    event = f"BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261224\n{alarms}END:VEVENT\n"
    data = f"BEGIN:VCALENDAR\n{zone}{event}END:VCALENDAR\n".encode()
    assert SIZE_LIMIT * 0.7 < len(data) <= SIZE_LIMIT
    began = time.process_time()
    assert len(read_ics(data, time_zone=LONDON, now=NOW).specs) == 1
    assert time.process_time() - began < 3


def test_file_full_of_rules_that_never_come_is_read_in_bounded_work() -> None:
    rule = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=3,4;BYMINUTE=0,30;BYSETPOS=1,2,3,4"
    event = f"UID:{{0}}\nDTSTART:2026112{{0}}T030000Z\nDURATION:PT1M\n{rule}"
    with patch.object(ics_event, "FILE_STEPS", 50_000):
        file = read(*(event.format(number) for number in range(3)), "UID:once\nDTSTART;VALUE=DATE:20261224")
    assert [each.uid for each in file.specs] == ["once"]
    first, *rest = (each.reason for each in file.not_read)
    assert "never happens" in first
    assert all("The rules before it took too long" in each for each in rest)
    assert len(rest) == 2


@pytest.mark.parametrize(
    "bad",
    [
        "DTSTART;VALUE=DATE:99991231",
        "DTSTART:99991231T235930Z\nDTEND:99991231T235959Z",
        "DTSTART:00010101T000000Z\nDTEND:00010101T010000Z",
        "DTSTART:20261201T030000Z\nDTEND:20261201T040000Z\nRDATE;VALUE=PERIOD:99991231T230000Z/P9999D",
        "DTSTART;VALUE=TIME:030000",
        "DTSTART;VALUE=PERIOD:20261201T030000Z/PT1H",
        "DTSTART:20261201T030000Z\nDTEND:20261201T040000Z\nEXDATE;VALUE=PERIOD:20261201T030000Z/PT1H",
        "DTSTART:20261201T030000Z\nDTEND:20261201T040000Z\nRECURRENCE-ID;VALUE=PERIOD:20261201T030000Z/PT1H",
        "DTSTART;ENCODING=BASE64;VALUE=BINARY:AAAA",
        "DTSTART:20261201T030000Z\nDURATION:P999999999D",
        "DTSTART:20261201T030000Z\nDURATION:PT1H\nSEQUENCE:many",
    ],
)
def test_event_with_a_time_that_is_none_is_not_read_and_the_others_are(bad: str) -> None:
    file = read(f"UID:bad\nSUMMARY:Bad\n{bad}", "UID:good\nDTSTART;VALUE=DATE:20261224")
    assert [each.uid for each in file.specs] == ["good"]
    assert [(each.name, each.uid) for each in file.not_read] == [("Bad", "bad")]
    assert file.not_read[0].reason


def test_two_events_that_would_have_one_id_are_planned_once_and_the_other_is_said() -> None:
    file = read(
        "UID:c#2026-12-02T03:00\nSUMMARY:One\nDTSTART:20261205T030000Z\nDURATION:PT1H",
        "UID:c\nSUMMARY:Two\nRECURRENCE-ID:20261202T030000Z\nDTSTART:20261202T040000Z\nDURATION:PT1H",
    )
    assert [(each.uid, each.name) for each in file.specs] == [("c#2026-12-02T03:00", "One")]
    assert [(each.name, each.reason) for each in file.not_read] == [
        ("Two", "Another event of the file has the same id.")
    ]
