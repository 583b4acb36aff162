"""A calendar file (.ics) taken apart into its events, before anything in it is understood.

What a file may hold is bounded here: its size, its events, and the dates that they list. Alarms, zones and all that
a plan has no use for are left behind unread, so a definition of a zone that never ends costs nothing.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from apps.core.errors import Invalid

SIZE_LIMIT = 2 * 1024 * 1024
"""The largest file that is read, in bytes. It passes the wall of the portal, which stops bodies of 2.5 million."""
EVENTS_LIMIT = 1_000
"""The most events in a file: so many are put on the calendar while their reader waits, in some twenty seconds."""
DATES_SIZE = 256 * 1024
"""The most text that single dates (EXDATE, RDATE) may take in a file, in characters."""

KEPT = {
    *("UID", "SEQUENCE", "STATUS", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "DURATION"),
    *("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"),
}
OTHERS = {"VTODO": "to-do", "VJOURNAL": "journal entry", "VFREEBUSY": "free/busy entry"}
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")


@dataclass
class Text:
    """A file's events as lines, its own name, the zone it names for all of itself, and what it calls its zones."""

    events: list[list[str]] = field(default_factory=list)
    time_zone: str = ""
    name: str = ""
    located: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)


def taken_apart(data: bytes) -> Text:
    """Return what a file holds.

    Raises:
        Invalid: ``file``, with the reason: it is too large, is no calendar, is cut off, or holds too much.
    """
    if len(data) > SIZE_LIMIT:
        raise refused(f"The file is larger than {SIZE_LIMIT // 1024 // 1024} MB. Export a shorter time.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("The file is not text in UTF-8. Export it as iCalendar (.ics).") from None
    lines = re.split(r"\r\n|\n|\r", re.sub(r"(?:\r\n|\n|\r)[ \t]", "", text))
    return _Reader().read(lines)


class _Reader:
    def __init__(self) -> None:
        self.found = Text()
        self.within: list[str] = []
        self.zone = ""
        self.dates = 0

    def read(self, lines: list[str]) -> Text:
        for line in lines:
            if line.strip():
                self._line(line)
        if self.within:
            raise refused("The file ends in the middle of an event. It was cut off: export it again.")
        if not self.found.events and not self.found.others:
            raise refused("There is no event in the file. Export it as iCalendar (.ics).")
        return self.found

    def _line(self, line: str) -> None:
        named = _NAME.match(line)
        name = named[1].upper() if named else ""
        value = line[named.end() :].strip() if named else ""
        if name == "BEGIN":
            self._begin(value.upper())
        elif name == "END":
            self._end(value.upper())
        elif self.within and self.within[-1] == "VEVENT":
            self._in_event(name, line)
        elif self.within and self.within[-1] == "VTIMEZONE":
            self._in_zone(name, value)
        elif name == "X-WR-TIMEZONE":
            self.found.time_zone = value
        elif name == "X-WR-CALNAME":
            self.found.name = value.replace("\\", "")
        elif not self.within:
            raise refused("This is not a calendar. Export it as iCalendar (.ics).")

    def _begin(self, what: str) -> None:
        if not self.within and what not in ("VCALENDAR", "VEVENT"):
            raise refused("This is not a calendar. Export it as iCalendar (.ics).")
        if len(self.within) > 8:
            raise refused("Its parts lie in one another too deep.")
        self.within.append(what)
        if what == "VEVENT":
            if len(self.found.events) == EVENTS_LIMIT:
                raise refused(f"The file holds more than {EVENTS_LIMIT:,} events. Export a shorter time.")
            self.found.events.append([])
        elif what in OTHERS:
            self.found.others[what] += 1
        self.zone = ""

    def _end(self, what: str) -> None:
        if not self.within or self.within.pop() != what:
            raise refused(f"The file cannot be read: END:{what[:40]} does not belong where it stands.")

    def _in_event(self, name: str, line: str) -> None:
        if name in ("RDATE", "EXDATE"):
            self.dates += len(line)
            if self.dates > DATES_SIZE:
                raise refused("The file lists too many single dates. Export a shorter time.")
        if name in KEPT or not name:
            self.found.events[-1].append(line)

    def _in_zone(self, name: str, value: str) -> None:
        if name == "TZID":
            self.zone = value
        elif name == "X-LIC-LOCATION" and self.zone:
            self.found.located[self.zone] = value


def refused(sentence: str) -> Invalid:
    """Return the refusal of a whole file."""
    return Invalid({"file": [sentence]})
