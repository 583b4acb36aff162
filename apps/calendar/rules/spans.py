"""Windows of time as people mean them: a wall-clock in a zone, and the half-open interval in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apps.core.clock import zone_names
from apps.core.errors import Invalid

LOCAL_FORMAT = "%Y-%m-%dT%H:%M"
YEARS = range(1970, 3000)
"""The years that a plan can be in. At the ends of the calendar another zone has no such time."""


@dataclass(frozen=True)
class Span:
    """A time [start, end) in UTC, with the zone and the wall-clock that the person meant (DESIGN 4.9)."""

    start: datetime
    end: datetime
    time_zone: str
    local_start: str
    local_end: str

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Return whether it meets [start, end). Windows that only touch do not meet."""
        return self.start < end and start < self.end


def span_from_local(local_start: str | datetime, local_end: str | datetime, time_zone: str) -> Span:
    """Return the span between two wall-clock times, such as ``2026-11-19T06:00``, in an IANA zone.

    A time that comes twice, in the autumn, means its first coming.

    Raises:
        Invalid: with the field (``local_start``, ``local_end`` or ``time_zone``) and a sentence: the zone is
            unknown, a time cannot be read or does not exist on that day, or the end is not after the start.
    """
    zone = zone_named(time_zone)
    begins, ends = _planned("local_start", local_start), _planned("local_end", local_end)
    start = _instant("local_start", begins, zone, time_zone)
    end = _instant("local_end", ends, zone, time_zone)
    if end <= start:
        raise Invalid({"local_end": ["The end must be after the start."]})
    return Span(start, end, time_zone, f"{begins:{LOCAL_FORMAT}}", f"{ends:{LOCAL_FORMAT}}")


def instant_from_local(field: str, local: str | datetime, time_zone: str) -> datetime:
    """Return the instant of a wall-clock time in an IANA zone. Raises Invalid as ``span_from_local``, at ``field``."""
    return _instant(field, _planned(field, local), zone_named(time_zone), time_zone)


def zone_named(time_zone: str) -> ZoneInfo:
    """Return the zone with this IANA name. Raises Invalid (``time_zone``) when there is none."""
    if time_zone not in zone_names():
        said = f"There is no time zone “{time_zone}”. Give a name such as Europe/London."
        raise Invalid({"time_zone": [said if time_zone else "Choose a time zone."]})
    return ZoneInfo(time_zone)


def comes_twice(local: str, time_zone: str) -> bool:
    """Return whether a wall-clock time comes twice on its day, because the clocks go back."""
    moment = datetime.strptime(local, LOCAL_FORMAT).replace(tzinfo=zone_named(time_zone))  # noqa: DTZ007
    return moment.utcoffset() != moment.replace(fold=1).utcoffset() and _exists(moment)


def _planned(field: str, value: str | datetime) -> datetime:
    local = _read(field, value)
    if local.year not in YEARS:
        raise Invalid({field: [f"Choose a year from {YEARS[0]} to {YEARS[-1]}."]})
    return local


def _read(field: str, value: str | datetime) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, second=0, microsecond=0)
    try:
        return datetime.strptime(value[:16], LOCAL_FORMAT)  # noqa: DTZ007 (a wall-clock has no zone)
    except ValueError:
        said = f"“{value}” is not a date and time. Write it as 2026-11-19T06:00."
        raise Invalid({field: [said if value else "Give a date and a time."]}) from None


def _instant(field: str, local: datetime, zone: ZoneInfo, name: str) -> datetime:
    moment = local.replace(tzinfo=zone, fold=0)
    if not _exists(moment):
        said = f"{local:%H:%M} does not exist on {local.day} {local:%B %Y} in {name}: the clocks go forward then."
        raise Invalid({field: [said]}, remedy="Choose a time before or after the change of the clocks.")
    return moment.astimezone(UTC)


def _exists(moment: datetime) -> bool:
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) == moment.replace(tzinfo=None)
