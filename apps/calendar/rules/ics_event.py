"""One event of a calendar file, as a period would be planned."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event

from apps.calendar.rules.ics_text import Text
from apps.calendar.rules.ics_zones import zone_meant
from apps.calendar.rules.recurrence import Recurrence, checked_recurrence
from apps.calendar.rules.rrules import read_rule, refused_rule
from apps.calendar.rules.rule_times import looked_for, steps_a_year
from apps.calendar.rules.spans import LOCAL_FORMAT
from apps.core.errors import Invalid

NAME_LIMIT = 120
DESCRIPTION_LIMIT = 2_000
UID_LIMIT = 200
FILE_STEPS = 1_000_000
"""The most steps that the rules of one file may take: a thousand weekly ones, in some twenty seconds."""
YEARS_WORKED_OUT = 15
"""So many years of each rule are worked out until it is on the calendar."""
_MINUTE = timedelta(minutes=1)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ONCE = ("UID", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID")


class NotReadable(Exception):
    """An event cannot be planned as it stands. The message says why, for people."""


@dataclass(frozen=True)
class Zones:
    """How times are read: ``own`` for whole days and times without a zone, ``utc`` for times in UTC.

    ``steps`` counts what working out the rules of the file takes.
    """

    own: str
    utc: str
    text: Text
    steps: "Steps"


class Steps:
    """Counts the work of a file's rules, so that the last of a thousand is worked out as soon as the first."""

    def __init__(self) -> None:
        self.left: float = FILE_STEPS

    def spend(self, rrule: str, start: datetime) -> None:
        """Look for a rule's times. Raises Invalid (``rrule``): it cannot be read, or the rules before took it all."""
        if self.left < 0:
            raise refused_rule("The rules before it took too long to work out. Export it in another file.")
        rule = read_rule(rrule)
        self.left -= looked_for(rule, start).steps + YEARS_WORKED_OUT * steps_a_year(rule)


@dataclass(frozen=True)
class Read:
    """An event with its times as wall-clocks in one zone. ``replaces`` is the start that it stands in for."""

    uid: str
    sequence: int
    name: str
    description: str
    cancelled: bool
    whole_days: bool
    recurrence: Recurrence
    replaces: str = ""
    more: tuple[Recurrence, ...] = ()


def name_of(event: Event) -> str:
    """Return what an event calls itself, on one line."""
    return " ".join(_CONTROL.sub(" ", str(event.get("SUMMARY", ""))).split()) or "An event without a name"


def read_event(event: Any, zones: Zones) -> Read:
    """Return what an event (VEVENT) says. Raises NotReadable, with the reason."""
    _check_whole(event)
    zone, start, end, whole_days = _first(event, zones)
    dates = _Dates(zone, zones, whole_days)
    more: list[Recurrence] = []
    rdates: list[str] = []
    for value in _listed(event, "RDATE"):
        if isinstance(value.dt, tuple):
            begins, ends = dates.period(value)
            more.append(_checked(begins, ends, zone, zones))
        else:
            rdates.append(dates.local(value))
    away = [dates.day_or_local(value) for value in _listed(event, "EXDATE")]
    replaced = event.get("RECURRENCE-ID")
    if replaced is not None and str(replaced.params.get("RANGE", "")).upper() == "THISANDFUTURE":
        raise NotReadable("It changes all that follow (RANGE=THISANDFUTURE). Export it as two events.")
    if replaced is not None and "RRULE" in event:
        raise NotReadable("It stands in for one date and yet repeats.")
    name, said = name_of(event), _CONTROL.sub("", str(event.get("DESCRIPTION", ""))).strip()
    if len(name) > NAME_LIMIT:
        name, said = f"{name[: NAME_LIMIT - 1]}…", f"{name}\n{said}".strip()
    return Read(
        uid=_uid(event, name, start),
        sequence=min(max(int(event.get("SEQUENCE", 0)), 0), 2**31 - 1),
        name=name,
        description=said if len(said) <= DESCRIPTION_LIMIT else f"{said[: DESCRIPTION_LIMIT - 1]}…",
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        whole_days=whole_days,
        recurrence=_checked(
            start, end, zone, zones, rrule=_rule(event, whole_days), exdates=away, rdates=rdates
        ),
        replaces=dates.local(replaced) if replaced is not None else "",
        more=tuple(more),
    )


def _check_whole(event: Any) -> None:
    for name, _ in event.errors:
        raise NotReadable(f"{name} cannot be read." if name else "One of its lines cannot be read.")
    if "EXRULE" in event:
        raise NotReadable("It leaves out dates by a rule (EXRULE), which newer calendars no longer know.")
    for name in _ONCE:
        if isinstance(event.get(name), list):
            raise NotReadable(f"{name} stands in it more than once.")
    if "DTSTART" not in event:
        raise NotReadable("It has no start.")


def _first(event: Any, zones: Zones) -> tuple[str, datetime, datetime, bool]:
    """Return the zone, the first start and end on its clock, and whether they are whole days."""
    begins, ends, length = event["DTSTART"], event.get("DTEND"), event.get("DURATION")
    if not isinstance(begins.dt, datetime):
        day = begins.dt
        last = ends.dt if ends is not None else day + (length.dt if length is not None else timedelta(days=1))
        if isinstance(last, datetime):
            raise NotReadable("It starts with a whole day and ends at a time.")
        # Some programs end a day where it starts; RFC 5545 has the end outside.
        last = max(last, day + timedelta(days=1)) if last == day else last
        return zones.own, _midnight(day), _midnight(last), True
    zone = _zone_of(begins, zones)
    start = _on_clock(begins, zone, zones)
    if ends is not None:
        if not isinstance(ends.dt, datetime):
            raise NotReadable("It starts at a time and ends with a whole day.")
        end = _on_clock(ends, zone, zones)
    else:
        end = start + (length.dt if length is not None else timedelta())
    if end == start:
        raise NotReadable("It takes no time: it ends when it starts.")
    # Plans are made to the minute: a part of one counts as a whole.
    return zone, start.replace(second=0, microsecond=0), _up(end), False


def _up(moment: datetime) -> datetime:
    cut = moment.replace(second=0, microsecond=0)
    return cut if cut == moment else cut + _MINUTE


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _zone_of(value: Any, zones: Zones) -> str:
    tzid = str(value.params.get("TZID", ""))
    if tzid:
        zone = zone_meant(tzid, zones.text.located)
        if not zone:
            raise NotReadable(f"Its time zone “{tzid[:80]}” is not known. Use a name such as Europe/London.")
        return zone
    return zones.utc if value.dt.tzinfo is not None else zones.own


def _on_clock(value: Any, zone: str, zones: Zones) -> datetime:
    """Return a time on the clock of ``zone``; one without a zone is taken as it stands."""
    moment: datetime = value.dt
    if not value.params.get("TZID") and moment.tzinfo is None:
        return moment
    own = "UTC" if not value.params.get("TZID") else _zone_of(value, zones)
    wall = moment.replace(tzinfo=None)
    if own == zone:
        return wall
    return wall.replace(tzinfo=ZoneInfo(own)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(frozen=True)
class _Dates:
    """Single dates of an event, on the clock of its zone."""

    zone: str
    zones: Zones
    whole_days: bool

    def local(self, value: Any) -> str:
        if not isinstance(value.dt, datetime):
            return f"{_midnight(value.dt):{LOCAL_FORMAT}}"
        wall = _on_clock(value, self.zone, self.zones)
        return f"{_midnight(wall.date()) if self.whole_days else wall:{LOCAL_FORMAT}}"

    def day_or_local(self, value: Any) -> str:
        """Return a whole day when one is taken away, and a start otherwise."""
        return self.local(value) if isinstance(value.dt, datetime) else f"{value.dt:%Y-%m-%d}"

    def period(self, value: Any) -> tuple[datetime, datetime]:
        """Return start and end of a date that brings its own end (RFC 5545 section 3.3.9)."""
        begins, ends = value.dt
        zone = ZoneInfo(self.zone)

        def wall(moment: datetime) -> datetime:
            utc = (
                moment.tzinfo is not None
                and moment.utcoffset() == timedelta()
                and not value.params.get("TZID")
            )
            return (moment.astimezone(UTC).astimezone(zone) if utc else moment).replace(tzinfo=None)

        start = wall(begins)
        return start, start + ends if isinstance(ends, timedelta) else wall(ends)


def _listed(event: Any, name: str) -> Iterator[Any]:
    lines = event.get(name, [])
    for line in lines if isinstance(lines, list) else [lines]:
        for value in line.dts:
            if "TZID" in line.params:
                value.params["TZID"] = line.params["TZID"]
            yield value


def _rule(event: Any, whole_days: bool) -> str:
    rule: str = event["RRULE"].to_ical().decode() if "RRULE" in event else ""
    # A rule over whole days ends with a day, wherever its end is put by the hour.
    return re.sub(r"(UNTIL=\d{8})T\d{6}Z?", r"\1", rule) if whole_days else rule


def _checked(
    start: datetime, end: datetime, zone: str, zones: Zones, rrule: str = "", **dates: Any
) -> Recurrence:
    try:
        if rrule:
            zones.steps.spend(rrule, start)
        return checked_recurrence(local_start=start, local_end=end, time_zone=zone, rrule=rrule, **dates)
    except Invalid as refusal:
        raise NotReadable(" ".join(said for each in refusal.fields.values() for said in each)) from None


def uid_of(event: Any) -> str:
    """Return the event's own id, in bounds; empty when it has none."""
    uid = _CONTROL.sub("", str(event.get("UID", ""))).strip()
    return uid if len(uid) <= UID_LIMIT else f"{uid[:100]}~{sha256(uid.encode()).hexdigest()[:32]}"


def _uid(event: Any, name: str, start: datetime) -> str:
    """Return the event's own id; without one, what stays the same from one export to the next."""
    made = sha256(f"{name}|{start:{LOCAL_FORMAT}}".encode()).hexdigest()[:32]
    return uid_of(event) or f"no-uid-{made}"
