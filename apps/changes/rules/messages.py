"""When a message of a communication plan is due, and when it never will be. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.changes.enums import ChangeState, MessageTime

BEFORE = {
    MessageTime.TWO_WEEKS: timedelta(days=14),
    MessageTime.WEEK: timedelta(days=7),
    MessageTime.DAY: timedelta(days=1),
}
_BACK = {ChangeState.ROLLED_BACK, ChangeState.FAILED}
_OFF = {
    ChangeState.WITHDRAWN: "it was withdrawn",
    ChangeState.REJECTED: "it was rejected",
    ChangeState.EXPIRED: "it did not start in its window",
}


@dataclass(frozen=True)
class Course:
    """How a change goes, as far as its messages ask."""

    state: ChangeState
    planned_start: datetime | None
    actual_start: datetime | None = None
    actual_end: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """When a message's turn comes. ``due`` is None while nobody can say. ``never`` says why it will not come.

    ``waits`` says what must happen first; a message goes out when ``due <= now`` and it waits for nothing.
    """

    due: datetime | None
    waits: str = ""
    never: str = ""

    def is_now(self, now: datetime) -> bool:
        """Return whether it is to go out now."""
        return not self.waits and not self.never and self.due is not None and self.due <= now


def turn_of(at: MessageTime, course: Course, now: datetime) -> Turn:
    """Return when a message goes out. Nothing is said of a change that is not going ahead.

    What is said before a change goes out while it is approved and has not started; what is said at its start, its
    end and its way back waits for these to come true, however late they are.
    """
    if course.state in _OFF:
        return Turn(None, never=f"Not sent: {_OFF[course.state]}.")
    if at in BEFORE:
        return _before(BEFORE[at], course, now)
    if course.state == ChangeState.CLOSED:
        return Turn(None, never="Not sent: it was closed before.")
    if at == MessageTime.STARTS:
        return _at_the_start(course)
    back = course.state in _BACK
    if at == MessageTime.GOES_BACK:
        if course.state == ChangeState.COMPLETED:
            return Turn(None, never="Not needed: it did not go back.")
        return Turn(course.actual_end if back else None, waits="" if back else "if it goes back")
    if back:
        return Turn(None, never="Not sent: it went back.")
    done = course.state == ChangeState.COMPLETED
    return Turn(course.actual_end if done else None, waits="" if done else "when it has ended well")


def _at_the_start(course: Course) -> Turn:
    if course.state == ChangeState.IN_PROGRESS:
        return Turn(course.actual_start)
    if course.actual_start is not None:
        return Turn(course.actual_start, never="Not sent: it was over by then.")
    return Turn(None, waits="when it starts")


def _before(ahead: timedelta, course: Course, now: datetime) -> Turn:
    if course.planned_start is None:
        return Turn(None, waits="when its window is known")
    due = course.planned_start - ahead
    if course.actual_start is not None or course.planned_start <= now:
        return Turn(due, never="Not sent: it was not approved in time.")
    return Turn(due, waits="" if course.state == ChangeState.APPROVED else "when it is approved")
