"""What happens to a decision that nobody takes, and when, in words."""

from collections.abc import Sequence

from apps.accounts.models import User
from apps.approvals.enums import Step
from apps.approvals.rules.timetable import Coming
from apps.approvals.selectors import PutOff, Standing, contact_of, still_to_come_of
from apps.web import dates
from apps.web.dates import Zone

_NAMED = 2


def what_next(one: Standing, back_to: str, zone: Zone = None, *, most: int = len(Step)) -> str:
    """Return what happens next to an open decision while nobody takes it, and when; empty while its clock stands.

    ``back_to`` is who gets it back in the end, and ``most`` how many of the steps are said.
    """
    asked = one.waited_on
    contact = contact_of(one.requirement, asked)
    steps = still_to_come_of(one.requirement, contact)
    # At the due time people are reminded again: that is said only when it is what comes next.
    said = [step for step in steps if step.step != Step.DUE or step is steps[0]][:most]
    parts = [_said(step, asked, contact, back_to, said_day(step, zone)) for step in said]
    return "; ".join(parts)


def _said(step: Coming, asked: Sequence[User], contact: User | None, back_to: str, day: str) -> str:
    match step.step:
        case Step.REMIND | Step.DUE:
            return f"A reminder goes to {_names(asked)} {day}"
        case Step.CONTACT:
            return f"{day} {contact} is told"
        case Step.MANAGERS:
            return f"{day} the Change Managers are told"
        case _:
            return f"{day} it goes back to {back_to}, undecided"


def said_day(step: Coming, zone: Zone) -> str:
    """Return when a step is taken. A reminder comes as its working day begins; the others when one is over."""
    return f"on {dates.by(step.at, zone)}" if step.step == Step.REMIND else dates.end_day(step.at, zone)


def _names(people: Sequence[User]) -> str:
    if not people:
        return "nobody"
    if len(people) > _NAMED:
        return f"{len(people)} people"
    return " and ".join(map(str, people))


def put_off(snoozes: Sequence[PutOff], zone: Zone = None) -> list[str]:
    """Return “Ann Doe put this off until Tue 24 Nov, 09:00” for each who did."""
    return [f"{one.user} put this off until {dates.when(one.until, zone)}" for one in snoozes]
