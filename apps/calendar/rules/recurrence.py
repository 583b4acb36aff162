"""Times that come again: a wall-clock in a zone, expanded into half-open intervals in UTC (RFC 5545)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from apps.calendar.rules.rrules import Rule, read_rule
from apps.calendar.rules.rule_times import CHUNK, looked_for, starts_of
from apps.calendar.rules.spans import LOCAL_FORMAT, YEARS, zone_named
from apps.core.errors import Invalid

RANGE_LIMIT = timedelta(days=5 * 366)
"""The longest stretch of time that may be asked for at once."""
PER_YEAR = 1_500
"""More instances a year than this are no plan that people can follow."""
LONGEST_REPEATED = timedelta(days=366)
DATES_LIMIT = 1_500

_YEAR = timedelta(days=366)
_SLACK = timedelta(days=2)
"""No wall-clock is further from UTC, not even where a zone skipped a whole day (Apia, 2011)."""


@dataclass(frozen=True)
class Recurrence:
    """A wall-clock time in a zone, and when it comes again.

    ``local_start`` and ``local_end`` are the first instance's (2026-11-14T23:00). ``rrule`` is an RFC 5545 rule or
    empty. ``exdates`` are starts that fall away; a date alone takes away all that start on that day. ``rdates`` are
    starts that come on top, of the same length.
    """

    local_start: str
    local_end: str
    time_zone: str
    rrule: str = ""
    exdates: tuple[str, ...] = ()
    rdates: tuple[str, ...] = ()

    @property
    def repeats(self) -> bool:
        """Return whether it can come more than once."""
        return bool(self.rrule or self.rdates)


@dataclass(frozen=True, order=True)
class Instance:
    """One coming: [start, end) in UTC, and the wall-clock that it was planned by."""

    start: datetime
    end: datetime
    local_start: str
    local_end: str


def checked_recurrence(
    *,
    local_start: str | datetime,
    local_end: str | datetime,
    time_zone: str,
    rrule: str = "",
    exdates: Iterable[str] = (),
    rdates: Iterable[str] = (),
) -> Recurrence:
    """Return the recurrence in its plain form, its dates in order and once each.

    A first time that the clocks skip, or that comes twice, is taken as ``instances`` says.

    Raises:
        Invalid: with a sentence at ``local_start``, ``local_end``, ``time_zone``, ``rrule``, ``exdates`` or
            ``rdates``: it cannot be read, ends before it starts, never happens, happens more than PER_YEAR times a
            year, or would still run when its next one starts.
    """
    zone_named(time_zone)
    start, end = _clock("local_start", local_start), _clock("local_end", local_end)
    if end <= start:
        raise Invalid({"local_end": ["The end must be after the start."]})
    recurrence = Recurrence(
        f"{start:{LOCAL_FORMAT}}",
        f"{end:{LOCAL_FORMAT}}",
        time_zone,
        read_rule(rrule).text if rrule.strip() else "",
        _dates("exdates", exdates),
        _dates("rdates", rdates),
    )
    if recurrence.repeats:
        _check_repeats(recurrence, start, end)
    return recurrence


def instances(recurrence: Recurrence, start: datetime, end: datetime) -> list[Instance]:
    """Return the instances that meet [start, end), in order of time.

    Each keeps its planned wall-clock times: a night from 23:00 to 07:00 lasts 7 or 9 hours when the clocks change.
    A time that the clocks skip is read with the offset before the gap; one that comes twice means the first
    (RFC 5545 section 3.3.5). The first instance always counts, whether or not the rule gives it.

    The time this takes does not grow with the distance from the first instance.

    Raises:
        ValueError: the stretch is longer than RANGE_LIMIT.
    """
    if end - start > RANGE_LIMIT:
        raise ValueError(f"Ask for {RANGE_LIMIT.days} days at most, not {(end - start).days}.")
    zone = ZoneInfo(recurrence.time_zone)
    first = _parsed(recurrence.local_start)
    length = _parsed(recurrence.local_end) - first
    begin = start.astimezone(UTC).replace(tzinfo=None) - length - _SLACK
    finish = end.astimezone(UTC).replace(tzinfo=None) + _SLACK
    local = _local_starts(recurrence, first, zone, begin, finish)
    found = (_instance(each, length, zone) for each in local)
    return sorted(each for each in found if each.start < end and each.end > start)


def _local_starts(
    recurrence: Recurrence, first: datetime, zone: ZoneInfo, begin: datetime, end: datetime
) -> set[datetime]:
    """Return the wall-clock starts in [begin, end), without those that are taken away."""
    starts = {first, *map(_parsed, recurrence.rdates)}
    if recurrence.rrule:
        rule = read_rule(recurrence.rrule)
        starts |= {each for each in starts_of(rule, first, begin, end) if in_time(rule, each, zone)}
    away = set(recurrence.exdates)
    return {
        each
        for each in starts
        if begin <= each < end and not away & {f"{each:%Y-%m-%d}", f"{each:{LOCAL_FORMAT}}"}
    }


def in_time(rule: Rule, start: datetime, zone: ZoneInfo) -> bool:
    """Return whether a wall-clock start is not after the rule's UNTIL."""
    if rule.until is None:
        return True
    return (_utc(start, zone) if rule.until_utc else start) <= rule.until


def _instance(start: datetime, length: timedelta, zone: ZoneInfo) -> Instance:
    end = start + length
    begins, ends = start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)
    if ends <= begins:
        # It starts in hours that the clocks skip and would be over before it began: it keeps its length.
        ends = begins + length
    return Instance(begins, ends, f"{start:{LOCAL_FORMAT}}", f"{end:{LOCAL_FORMAT}}")


def _check_repeats(recurrence: Recurrence, start: datetime, end: datetime) -> None:
    if end - start > LONGEST_REPEATED:
        raise Invalid({"local_end": ["What comes again may last a year at most."]})
    found = [start, *map(_parsed, recurrence.rdates)]
    if recurrence.rrule:
        found += _rule_sample(recurrence, start)
    found = sorted(set(found))
    if any(later - one < _YEAR for one, later in zip(found, found[PER_YEAR:], strict=False)):
        field = "rrule" if recurrence.rrule else "rdates"
        said = f"This comes more than {PER_YEAR:,} times a year. Plan one longer time instead."
        raise Invalid({field: [said]})
    if any(later - one < end - start for one, later in pairwise(found)):
        raise Invalid({"local_end": ["It would still run when the next one starts. End it before."]})


def _rule_sample(recurrence: Recurrence, start: datetime) -> list[datetime]:
    """Return what the rule gives in the years after its first time, and in those after its second."""
    rule, zone = read_rule(recurrence.rrule), ZoneInfo(recurrence.time_zone)
    if not in_time(rule, start, zone):
        raise Invalid({"rrule": ["It ends (UNTIL) before it starts."]})
    sought = looked_for(rule, start)
    if sought.last is None:
        said = f"This never happens: no day fits it in the {sought.years} years after its start."
        raise Invalid({"rrule": [said]})
    most = 6 * PER_YEAR
    found = list(islice(starts_of(rule, start, start, start + CHUNK), most))
    later = start + timedelta(days=31 * rule.interval)
    if rule.frequency == "YEARLY":
        later = start.replace(year=start.year + rule.interval, month=1, day=1)
    if later > start + CHUNK:
        found += islice(starts_of(rule, start, later, later + CHUNK), most)
    return [each for each in found if in_time(rule, each, zone)]


def _dates(field: str, values: Iterable[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for value in values:
        day_alone = field == "exdates" and len(value) == 10
        read = _clock(field, f"{value}T00:00" if day_alone else value)
        found.add(f"{read:%Y-%m-%d}" if day_alone else f"{read:{LOCAL_FORMAT}}")
        if len(found) > DATES_LIMIT:
            raise Invalid({field: [f"Give {DATES_LIMIT:,} dates at most."]})
    return tuple(sorted(found))


def _clock(field: str, value: str | datetime) -> datetime:
    if isinstance(value, datetime):
        value = f"{value:{LOCAL_FORMAT}}"
    try:
        local = _parsed(value)
    except ValueError:
        said = f"“{value[:40]}” is not a date and time. Write it as 2026-11-14T23:00."
        raise Invalid({field: [said if value else "Give a date and a time."]}) from None
    if local.year not in YEARS:
        raise Invalid({field: [f"Choose a year from {YEARS[0]} to {YEARS[-1]}."]})
    return local


def _parsed(value: str) -> datetime:
    return datetime.strptime(value, LOCAL_FORMAT)  # noqa: DTZ007 (a wall-clock has no zone)


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def next_instances(recurrence: Recurrence, after: datetime, *, count: int) -> Sequence[Instance]:
    """Return the next few instances that start at or after a moment, looked for during RANGE_LIMIT."""
    coming = instances(recurrence, after, after + RANGE_LIMIT)
    return [each for each in coming if each.start >= after][:count]
