"""When people are reminded of a decision, to whom it goes when they stay silent, and when it is given up. Pure.

Nothing here decides anything: silence never approves (DESIGN 4.6).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.approvals.enums import Step, TimeUnit
from apps.approvals.rules import worktime
from apps.approvals.rules.worktime import DAY
from apps.core.decisions import ALLOWED, Decision, denied

MORNING = time(9)
_LONGEST_SNOOZE = 15
_HOUR = timedelta(hours=1)
_LATER = {
    TimeUnit.WORKING_DAYS: {
        Step.DUE: 0 * DAY,
        Step.CONTACT: DAY,
        Step.MANAGERS: 2 * DAY,
        Step.EXPIRE: 5 * DAY,
    },
    TimeUnit.HOURS: {
        Step.DUE: 0 * _HOUR,
        Step.CONTACT: _HOUR,
        Step.MANAGERS: 2 * _HOUR,
        Step.EXPIRE: 24 * _HOUR,
    },
}
"""How long after the due time each step is taken."""


@dataclass(frozen=True)
class Allowance:
    """How long people get to decide: so many hours, or so many working days of their own."""

    amount: int
    unit: str

    @property
    def time(self) -> timedelta:
        """Return it as a length, in the time of its unit."""
        return self.amount * (DAY if self.unit == TimeUnit.WORKING_DAYS else _HOUR)

    def __str__(self) -> str:
        """Return it as people say it: “3 working days”."""
        word = "working day" if self.unit == TimeUnit.WORKING_DAYS else "hour"
        return f"{self.amount} {word}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True)
class Pace:
    """How time passes for one decision: in hours on end, or in working days by the clocks of a zone."""

    unit: str = TimeUnit.HOURS
    zone: str = "UTC"

    def after(self, start: datetime, time: timedelta) -> datetime:
        """Return when so much time has passed since an instant."""
        return start + time if self.unit == TimeUnit.HOURS else worktime.after(start, time, self.zone)

    def before(self, end: datetime, time: timedelta) -> datetime:
        """Return since when so much time is left until an instant."""
        return end - time if self.unit == TimeUnit.HOURS else worktime.before(end, time, self.zone)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time passes from one instant to another."""
        if self.unit == TimeUnit.HOURS:
            return max(end - start, timedelta(0))
        return worktime.between(start, end, self.zone)


@dataclass(frozen=True)
class Coming:
    """A step that is taken when nobody has decided by then."""

    step: str
    at: datetime


def due_from(asked: datetime, allowed: Allowance, pace: Pace, latest: datetime | None) -> datetime:
    """Return by when people should decide who are asked now: within their time, and not after ``latest``."""
    due = pace.after(asked, allowed.time)
    return due if latest is None else min(due, latest)


def first_step(asked: datetime, due: datetime, pace: Pace) -> Coming:
    """Return the reminder: a day before it is due, though not before half of the time has passed."""
    half = pace.after(asked, pace.between(asked, due) / 2)
    return Coming(Step.REMIND, min(max(pace.before(due, DAY), half), due))


def step_at(step: str, due: datetime, pace: Pace) -> datetime:
    """Return when a step from the due time on is taken."""
    return pace.after(due, _LATER[TimeUnit(pace.unit)][Step(step)])


def still_to_come(coming: Coming, due: datetime, pace: Pace) -> list[Coming]:
    """Return the next step and all that follow it, while nobody decides."""
    later = list(Step)[list(Step).index(Step(coming.step)) + 1 :]
    return [coming, *[Coming(step, max(step_at(step, due, pace), coming.at)) for step in later]]


def after_step(step: str, now: datetime, due: datetime, pace: Pace) -> Coming:
    """Return what follows a step that was taken now.

    Whoever was told last has as long as ever before it is given up, however late they were told.
    """
    coming = list(Step)[list(Step).index(Step(step)) + 1]
    at = step_at(coming, due, pace)
    if coming == Step.EXPIRE:
        later = _LATER[TimeUnit(pace.unit)]
        at = max(at, pace.after(now, later[Step.EXPIRE] - later[Step.MANAGERS]))
    return Coming(coming, at)


def moved(coming: Coming, now: datetime, due: datetime, pace: Pace) -> Coming:
    """Return the next step after the due time has moved: people are reminded again, unless it was overdue before."""
    if coming.step in (Step.REMIND, Step.DUE) and due > now:
        return first_step(now, due, pace)
    at = due if coming.step == Step.REMIND else step_at(coming.step, due, pace)
    return Coming(coming.step, max(at, coming.at))


def mornings(now: datetime, due: datetime, zone: str) -> list[datetime]:
    """Return the times until which a person may put a decision off: mornings of working days before it is due."""
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    days = [today + n * DAY for n in range(1, _LONGEST_SNOOZE)]
    found = [datetime.combine(day, MORNING, place).astimezone(UTC) for day in days if day.weekday() < 5]
    return [moment for moment in found if now < moment < due]


def may_snooze(
    *, may_sign: Decision, until: datetime, now: datetime, due: datetime, paused: bool
) -> Decision:
    """Return whether a person may put a decision off until an instant: one that is theirs, and never past its time."""
    if not may_sign:
        return may_sign
    if paused:
        return denied("Its clock is paused. There is nothing to put off.")
    if due <= now:
        return denied("This is overdue, so it cannot be put off.", "Decide it, or ask for information.")
    if until <= now:
        return denied("This time has passed.", "Choose a later one.")
    if until >= due:
        return denied(
            "It is due before that. A snooze never goes past the time to sign.", "Choose an earlier day."
        )
    return ALLOWED
