"""What a recurrence does when the clocks of its zone change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.calendar.rules.recurrence import Instance, Recurrence, instances
from apps.calendar.rules.spans import LOCAL_FORMAT

SEARCHED = timedelta(days=3 * 366)
"""How far ahead a change of the clocks is looked for. A zone without one in that time has none that is known."""
NEAR = timedelta(days=366)


@dataclass(frozen=True)
class ClockChange:
    """A change of the clocks, and the instance of a recurrence that lies nearest to it.

    ``before`` and ``after`` are the wall-clock on either side of the moment; ``usual`` is the time between the
    planned wall-clocks, ``lasts`` the time that really passes.
    """

    moment: datetime
    before: datetime
    after: datetime
    instance: Instance | None
    usual: timedelta
    lasts: timedelta
    starts: datetime | None
    ends: datetime | None

    @property
    def forward(self) -> bool:
        """Return whether the clocks go forward, so that wall-clock time is skipped."""
        return self.after > self.before

    @property
    def odd(self) -> tuple[datetime, datetime]:
        """Return the wall-clock time [from, to) that is skipped, or that comes twice."""
        return (self.before, self.after) if self.forward else (self.after, self.before)

    @property
    def inside(self) -> bool:
        """Return whether the clocks change while the instance runs."""
        return self.instance is not None and self.instance.start < self.moment < self.instance.end

    def sentence(self, what: str = "it") -> str:
        """Return what happens then, in plain words; ``what`` names the recurrence (“this freeze”)."""
        head = f"On {self.before.day} {self.before:%B %Y} clocks go {'forward' if self.forward else 'back'}"
        if self.instance is None:
            return f"{head}. Nothing is planned within a year of it."
        told = self._forward(what) if self.forward else self._back(what)
        if told:
            return f"{head}: {told}."
        planned = datetime.strptime(self.instance.local_start, LOCAL_FORMAT)  # noqa: DTZ007
        nearest = f"{planned:%a} {planned.day} {planned:%B}, {planned:%H:%M}"
        return f"{head} at {self.before:%H:%M}. The nearest one, {nearest}, lasts {in_hours(self.lasts)} as ever."

    def _forward(self, what: str) -> str:
        assert self.instance is not None
        said = []
        for planned, real, verb in (
            (self.instance.local_start, self.starts, "starts"),
            (self.instance.local_end, self.ends, "ends"),
        ):
            if real is not None and f"{real:{LOCAL_FORMAT}}" != planned:
                said.append(f"{planned[11:]} is skipped, so {what} {verb} at {real:%H:%M}")
        if self.lasts != self.usual:
            said.append(f"{what} lasts {self._instead()}")
        return ", and ".join(said)

    def _back(self, what: str) -> str:
        assert self.instance is not None
        begin, end = (f"{each:{LOCAL_FORMAT}}" for each in self.odd)
        said = []
        if begin <= self.instance.local_start < end:
            said.append(f"{self.instance.local_start[11:]} comes twice, and {what} starts at the first")
        elif begin < self.instance.local_end < end:
            said.append(f"{self.instance.local_end[11:]} comes twice, and {what} ends at the first")
        elif self.lasts != self.usual:
            said.append(f"{self.odd[0]:%H:%M} comes twice")
        if self.lasts != self.usual:
            said.append(f"{what} lasts {self._instead()}")
        return ", and ".join(said)

    def _instead(self) -> str:
        hour, day = timedelta(hours=1), timedelta(days=1)
        if self.lasts % hour or self.usual % hour or max(self.lasts, self.usual) > day:
            return f"{in_hours(self.lasts)} instead of {in_hours(self.usual)}"
        return f"{in_hours(self.lasts)} instead of {self.usual // hour}"


def clock_changes(recurrence: Recurrence, after: datetime, *, count: int = 2) -> list[ClockChange]:
    """Return the next changes of the clocks in the recurrence's zone, and what the nearest instance does then.

    Fewer than ``count`` come back when the zone has no more within SEARCHED.
    """
    zone = ZoneInfo(recurrence.time_zone)
    usual = _local(recurrence.local_end) - _local(recurrence.local_start)
    found = []
    for moment in _transitions(zone, after, count):
        nearest = _nearest(recurrence, moment)
        real = (
            [each.astimezone(zone).replace(tzinfo=None) for each in (nearest.start, nearest.end)]
            if nearest
            else []
        )
        found.append(
            ClockChange(
                moment=moment,
                before=(moment - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
                + timedelta(minutes=1),
                after=moment.astimezone(zone).replace(tzinfo=None),
                instance=nearest,
                usual=usual,
                lasts=nearest.end - nearest.start if nearest else usual,
                starts=real[0] if real else None,
                ends=real[1] if real else None,
            )
        )
    return found


def _nearest(recurrence: Recurrence, moment: datetime) -> Instance | None:
    def away(instance: Instance) -> timedelta:
        return max(instance.start - moment, moment - instance.end, timedelta())

    return min(instances(recurrence, moment - NEAR, moment + NEAR), key=away, default=None)


def _transitions(zone: ZoneInfo, after: datetime, count: int) -> list[datetime]:
    """Return the next moments at which the zone's offset changes, to the minute."""
    moment = after.astimezone(UTC).replace(second=0, microsecond=0)
    found: list[datetime] = []
    end, day = moment + SEARCHED, timedelta(days=1)
    while moment < end and len(found) < count:
        if _offset(zone, moment) != _offset(zone, moment + day):
            found.append(_exactly(zone, moment, moment + day))
        moment += day
    return found


def _exactly(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        middle = middle.replace(second=0, microsecond=0)
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _local(text: str) -> datetime:
    return datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007 (a wall-clock has no zone)


def in_hours(length: timedelta) -> str:
    """Return a length of time in words: 7 hours 30 minutes, 2 days, 6 days 14 hours. A day has 24 hours."""
    minutes = int(length / timedelta(minutes=1))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "day"), (hours, "hour"), (minutes, "minute"))
    return " ".join(_counted(number, thing) for number, thing in parts if number)


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
