"""Calendar files (.ics, RFC 5545): what they hold, as periods to plan, and what could not be read."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from icalendar import Event

from apps.calendar.rules.ics_event import NotReadable, Read, Steps, Zones, name_of, read_event, uid_of
from apps.calendar.rules.ics_text import EVENTS_LIMIT, OTHERS, SIZE_LIMIT, refused, taken_apart
from apps.calendar.rules.ics_zones import zone_meant
from apps.calendar.rules.recurrence import Recurrence, instances
from apps.calendar.rules.spans import LOCAL_FORMAT
from apps.core.errors import Invalid

__all__ = ["EVENTS_LIMIT", "INSTANCES_LIMIT", "SIZE_LIMIT", "IcsFile", "NotRead", "PeriodSpec", "read_ics"]

INSTANCES_LIMIT = 20_000
"""The most instances that one file may put on the calendar, from a year ago to three years ahead."""
_YEAR = timedelta(days=366)
_NO_TIME = (AttributeError, OverflowError, TypeError, ValueError)
"""What a value that is no date raises where one is expected, and a date at the ends of the calendar."""
_TZID = re.compile(r'^((?:DT|EX|R|REC)[^:]*?;TZID=)("[^"]*"|[^;:]*)(?=[;:])', re.IGNORECASE)


@dataclass(frozen=True)
class PeriodSpec:
    """A period as a file asks for it. ``uid`` is the same in each export; a date that differs has its own."""

    uid: str
    sequence: int
    name: str
    description: str
    recurrence: Recurrence
    whole_days: bool = False


@dataclass(frozen=True)
class NotRead:
    """Something in a file that is not planned, and why."""

    name: str
    reason: str
    uid: str = ""
    """The event's own id, when it may still be planned as an earlier file had it."""
    starts: str = ""
    """When it first starts there, where that could be read."""


@dataclass(frozen=True)
class IcsFile:
    """What a file holds. Nothing is left out silently: what is not in ``specs`` is in ``not_read``."""

    specs: tuple[PeriodSpec, ...]
    not_read: tuple[NotRead, ...]
    time_zone: str
    name: str = ""


def read_ics(data: bytes, *, time_zone: str = "", now: datetime) -> IcsFile:
    """Return what a calendar file holds.

    ``time_zone`` is the zone of whole days and of times without one; when it is empty, the zone that the file names
    for itself. A time in UTC is read on the file's own clock, so that what repeats keeps its hour there.

    Raises:
        Invalid: ``file`` when it is no calendar, too large, cut off, or would fill the calendar; ``time_zone``
            when none is given and the file names none.
    """
    text = taken_apart(data)
    named = zone_meant(text.time_zone, {})
    own = time_zone or named
    if not own:
        raise Invalid({"time_zone": ["The file does not say its time zone. Choose one."]})
    zones = Zones(own, named or "UTC", text, Steps())
    left: list[NotRead] = [
        NotRead(f"{count:,} × {OTHERS[what]}", "Only events are planned.")
        for what, count in sorted(text.others.items())
    ]
    series: dict[str, list[Read]] = defaultdict(list)
    budget = _Budget(now)
    for lines in text.events:
        try:
            read = read_event(_event(lines, text.located), zones)
            budget.spend(read.recurrence)
            series[read.uid].append(read)
        except (NotReadable, *_NO_TIME) as error:
            why = (
                str(error)
                if isinstance(error, NotReadable)
                else "One of its times is none that can be planned."
            )
            left.append(NotRead(_said(lines, "SUMMARY", name_of), why, _said(lines, "UID", uid_of)))
    specs: dict[str, PeriodSpec] = {}
    for spec in (spec for events in series.values() for spec in _series(events, left)):
        # The id that is made for a date of a series may be the one that another event bears.
        if specs.setdefault(spec.uid, spec) is not spec:
            left.append(NotRead(spec.name, "Another event of the file has the same id."))
    return IcsFile(tuple(specs.values()), tuple(left), own, text.name)


def _event(lines: list[str], located: Mapping[str, str]) -> Event:
    def known(said: re.Match[str]) -> str:
        zone = zone_meant(said[2].strip('"'), located)
        return f"{said[1]}{zone or said[2]}"

    named = [_TZID.sub(known, line, count=1) for line in lines]
    # Bytes, never text: icalendar takes a text of one line for the path of a file.
    raw = "\r\n".join(["BEGIN:VEVENT", *named, "END:VEVENT", ""]).encode()
    try:
        event = Event.from_ical(raw)
    except ValueError:
        raise NotReadable("It cannot be read.") from None
    assert isinstance(event, Event)
    return event


def _said(lines: list[str], name: str, of: Callable[[Event], str]) -> str:
    """Return what an event that cannot be read as a whole says of itself."""
    try:
        return of(_event([line for line in lines if line.upper().startswith(name)], {}))
    except NotReadable:
        return of(Event())


def _series(events: list[Read], left: list[NotRead]) -> Iterable[PeriodSpec]:
    """Give the specs of all events with one id: the series, and each date that differs from it."""
    wholes = [event for event in events if not event.replaces]
    main = max(wholes, key=lambda event: event.sequence) if wholes else None
    left += [
        NotRead(each.name, "The file holds it twice; the newer one is taken.")
        for each in wholes
        if each is not main
    ]
    changed: dict[str, Read] = {}
    for event in events:
        if event.replaces:
            known = changed.get(event.replaces)
            if known is not None:
                old = min(known, event, key=lambda each: each.sequence)
                left.append(
                    NotRead(old.name, f"The file changes {event.replaces} twice; the newer one is taken.")
                )
                event = event if old is known else known
            changed[event.replaces] = event
    if main is not None:
        yield from _main(main, changed, left)
    for when, event in changed.items():
        if event.cancelled:
            left.append(NotRead(event.name, f"It is cancelled on {when[:10]}."))
        elif main is not None and when in _away(main):
            left.append(NotRead(event.name, f"Its series leaves {when[:10]} out."))
        elif main is not None and main.cancelled:
            left.append(NotRead(event.name, "Its series is cancelled."))
        else:
            yield _spec(event, f"{event.uid}#{when}", event.recurrence)


def _main(main: Read, changed: dict[str, Read], left: list[NotRead]) -> Iterable[PeriodSpec]:
    if main.cancelled:
        left.append(NotRead(main.name, "It is cancelled."))
        return
    recurrence = main.recurrence
    if not recurrence.repeats and set(changed) & {recurrence.local_start}:
        return
    away = sorted({*recurrence.exdates, *changed})
    yield _spec(main, main.uid, replace(recurrence, exdates=tuple(away)))
    for more in main.more:
        yield _spec(main, f"{main.uid}#{more.local_start}", more)


def _away(main: Read) -> set[str]:
    days = {f"{each}T00:00" for each in main.recurrence.exdates if len(each) == 10}
    return days | set(main.recurrence.exdates)


def _spec(event: Read, uid: str, recurrence: Recurrence) -> PeriodSpec:
    return PeriodSpec(uid, event.sequence, event.name, event.description, recurrence, event.whole_days)


class _Budget:
    """Counts what a file would put on the calendar while it is read, so that it is refused as soon as it is too much.

    The first years count as those around now do, so that a file full of the past costs no more time.
    """

    def __init__(self, now: datetime) -> None:
        self.now, self.left = now, INSTANCES_LIMIT

    def spend(self, recurrence: Recurrence) -> None:
        first = datetime.strptime(recurrence.local_start, LOCAL_FORMAT).replace(tzinfo=UTC)
        spans = (self.now - _YEAR, self.now + 3 * _YEAR), (first - timedelta(days=1), first + 4 * _YEAR)
        self.left -= max(len(instances(recurrence, *span)) for span in spans)
        if self.left < 0:
            raise refused(
                f"The file would put more than {INSTANCES_LIMIT:,} times on the calendar. Export less of it."
            )
