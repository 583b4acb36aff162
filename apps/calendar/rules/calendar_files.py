"""A calendar as a file that other programs read: iCalendar (RFC 5545, with RFC 7986 for its name and colour).

Times are written by the planned zone's clock, with the zone's own rules beside them: a file in UTC alone moves every
recurring time by an hour when the clocks change. What is taken away from a recurrence (EXDATE) is written as its
start is, in the same zone and with the hour, for some programs drop the whole event otherwise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration, vRecur, vText

from apps.calendar.rules.recurrence import Instance, Recurrence, instances
from apps.calendar.rules.rrules import read_rule
from apps.calendar.rules.spans import LOCAL_FORMAT
from apps.calendar.rules.vtimezones import vtimezone

READ_EVERY = timedelta(hours=1)
"""How often a calendar program is asked to look again. Most take their own time."""
YEARS_AHEAD = 10
"""For zones without a yearly rule: how far ahead each change of the clocks is written."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""What no calendar program shows and some choke on: controls, half of a surrogate pair, what turns text around."""


@dataclass(frozen=True)
class Entry:
    """An event of a calendar file. ``status`` is CONFIRMED, TENTATIVE or CANCELLED; ``busy`` takes its person's time.

    ``uid`` is its own for good; ``sequence`` rises with each change that a reader must notice.
    """

    uid: str
    times: Recurrence
    title: str
    said: str
    url: str
    status: str
    sequence: int
    changed_at: datetime
    categories: tuple[str, ...] = ()
    busy: bool = False


@dataclass(frozen=True)
class Heading:
    """What a calendar file says of itself: ``zone`` is where its reader is, ``address`` where it was read."""

    name: str
    said: str
    zone: str


def calendar_file(heading: Heading, entries: Sequence[Entry], *, now: datetime) -> bytes:
    """Return the file: lines of at most 75 octets that end with CR LF, in UTF-8.

    The same entries on the same day give the same bytes.
    """
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//Countersign//Change calendar//EN")
    made.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        made.add(name, vText(plain(heading.name, lines=False)))
    for name in ("description", "x-wr-caldesc"):
        made.add(name, vText(plain(heading.said)))
    made.add("x-wr-timezone", vText(heading.zone))
    made.add("refresh-interval", vDuration(READ_EVERY), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(READ_EVERY))
    for zone, first in sorted(_zones(entries).items()):
        made.add_component(vtimezone(zone, first, max(first, now.year) + YEARS_AHEAD))
    for entry in entries:
        made.add_component(_event(entry))
    return bytes(made.to_ical())


def plain(text: str, *, lines: bool = True) -> str:
    """Return a text without what could end its line or turn its neighbours around; ``lines`` keeps its own lines."""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))
    return text if lines else " ".join(text.split())


def _zones(entries: Sequence[Entry]) -> dict[str, int]:
    """Return the zones that need to be told, each with the year before its first time."""
    found: dict[str, int] = {}
    for entry in entries:
        zone, year = entry.times.time_zone, int(entry.times.local_start[:4]) - 1
        if zone != "UTC":
            found[zone] = min(found.get(zone, year), year)
    return found


def _event(entry: Entry) -> Event:
    made = Event()
    made.add("uid", entry.uid)
    made.add("dtstamp", entry.changed_at.astimezone(UTC))
    made.add("last-modified", entry.changed_at.astimezone(UTC))
    made.add("sequence", entry.sequence)
    made.add("summary", plain(entry.title, lines=False))
    made.add("description", plain(entry.said))
    made.add("url", "".join(plain(entry.url, lines=False).split()))
    made.add("status", entry.status)
    made.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    made.add("categories", [plain(each, lines=False) for each in entry.categories])
    _add_times(made, entry.times)
    return made


def _add_times(made: Event, times: Recurrence) -> None:
    zone = ZoneInfo(times.time_zone)
    made.add("dtstart", _local(times.local_start, zone))
    made.add("dtend", _local(times.local_end, zone))
    if times.rrule:
        made.add("rrule", _rule(times.rrule, zone))
    if times.rdates:
        made.add("rdate", [_local(each, zone) for each in times.rdates])
    if times.exdates:
        made.add("exdate", [_local(each, zone) for each in _starts_away(times)])


def _local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(text, LOCAL_FORMAT).replace(tzinfo=zone)


def _rule(text: str, zone: ZoneInfo) -> vRecur:
    """Return the rule; its UNTIL is in UTC, as it must be where the start names a zone (RFC 5545, 3.3.10)."""
    rule, made = read_rule(text), vRecur.from_ical(text)
    if rule.until is not None:
        until = rule.until.replace(tzinfo=UTC if rule.until_utc else zone)
        made["UNTIL"] = [until.astimezone(UTC)]
    return made


def _starts_away(times: Recurrence) -> list[str]:
    """Return the wall-clock starts that are taken away; a day alone takes away all that start on it."""
    whole = replace(times, exdates=())
    starts = {each for each in times.exdates if "T" in each}
    for day in set(times.exdates) - starts:
        starts |= {one.local_start for one in _on(whole, day) if one.local_start.startswith(day)}
    return sorted(starts)


def _on(times: Recurrence, day: str) -> list[Instance]:
    noon = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(hours=12)
    return instances(times, noon - timedelta(days=2), noon + timedelta(days=2))
