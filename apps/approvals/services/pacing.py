"""By when a decision is due and what happens next without it, kept on the requirement."""

from collections.abc import Iterable
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.enums import Step
from apps.approvals.models import Requirement
from apps.approvals.rules import Need
from apps.approvals.rules.timetable import Coming, Pace, after_step, due_from, first_step, moved
from apps.approvals.selectors import coming_of, pace_of
from apps.core import clock


def start_clock(requirement: Requirement, need: Need, people: Iterable[User]) -> None:
    """Fill in by when a requirement is due that is asked now. The caller saves it.

    Working days are counted by the clocks of whoever then has the longest time, so that nobody has less.
    """
    now = clock.now()
    due, pace = need.due_at, Pace()
    if need.allowed is not None:
        paces = [Pace(need.allowed.unit, zone) for zone in sorted({user.time_zone for user in people})]
        allowed = need.allowed
        due, pace = max(
            ((due_from(now, allowed, each, need.due_at), each) for each in paces or [Pace(allowed.unit)]),
            key=lambda pair: pair[0],
        )
    requirement.due_at = due
    requirement.time_unit, requirement.time_zone = pace.unit, pace.zone
    _set_next(requirement, first_step(now, due, pace))


def restart_clock(requirement: Requirement, due: datetime) -> list[str]:
    """Let a requirement be due by another time that is asked only now. Returns the fields for the caller to save."""
    requirement.due_at = due
    return ["due_at", *_set_next(requirement, first_step(clock.now(), due, pace_of(requirement)))]


def move_due(requirement: Requirement, due: datetime) -> list[str]:
    """Let a requirement be due at another time, with the steps that follow. Returns the fields to save."""
    pace = pace_of(requirement)
    coming = moved(coming_of(requirement), clock.now(), due, pace)
    requirement.due_at = due
    return ["due_at", *_set_next(requirement, coming)]


def give_time_again(requirement: Requirement) -> list[str]:
    """Let a requirement that opens again not be given up at once. Returns the fields for the caller to save.

    Where everyone in the chain was told before, those who can sign have as long again as after the last word.
    """
    if requirement.next_step != Step.EXPIRE:
        return []
    return _set_next(
        requirement, after_step(Step.MANAGERS, clock.now(), requirement.due_at, pace_of(requirement))
    )


def _set_next(requirement: Requirement, coming: Coming) -> list[str]:
    requirement.next_step, requirement.next_step_at = coming.step, coming.at
    return ["next_step", "next_step_at"]
