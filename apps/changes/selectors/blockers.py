"""What keeps a change from going on: each thing, who can clear it, and how."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.rules import describe
from apps.approvals.selectors import Standing, standing
from apps.calendar.selectors import Found, conflicts_of
from apps.changes.enums import ENDED, PLANNED, ChangeState
from apps.changes.models import Change
from apps.changes.rules.window import is_open, said
from apps.core import clock
from apps.core.actors import system
from apps.lifecycle.selectors import may_advance


@dataclass(frozen=True)
class Blocker:
    """One thing in the way. ``yours`` is True when the reader can clear it; a warning does not stop anything."""

    text: str
    who: str
    how: str
    url: str = ""
    icon: str = "writing-sign"
    yours: bool = False
    warning: bool = False


def blockers_of(
    change: Change,
    user: User | None = None,
    *,
    standings: list[Standing] | None = None,
    conflicts: list[Found] | None = None,
) -> list[Blocker]:
    """Return what blocks a change, what the reader can clear first; warnings come last.

    ``standings`` and ``conflicts`` save a caller that has them from asking twice.
    """
    found = [*_hold(change)]
    if change.state in PLANNED:
        asked = standing(change.round) if standings is None and change.round else standings or []
        found += _unsigned(change, asked, user)
        met = conflicts_of(change.ref) if conflicts is None else conflicts
        found += [_conflict(one, change) for one in met]
    if change.state == ChangeState.APPROVED:
        found += _window(change)
    if change.state in ENDED:
        found += _review(change)
    return sorted(found, key=lambda one: (one.warning, not one.yours))


def _hold(change: Change) -> list[Blocker]:
    if change.state != ChangeState.ON_HOLD:
        return []
    url = f"/changes/{change.ref}/resume/"
    return [Blocker("It is on hold", "A Change Manager", "takes it off hold.", url, "player-pause")]


def _unsigned(change: Change, asked: list[Standing], user: User | None) -> list[Blocker]:
    if change.round is None or change.round.state != RoundState.OPEN:
        return []
    return [_signature(one, change, user) for one in asked if one.is_open]


def _signature(one: Standing, change: Change, user: User | None) -> Blocker:
    requirement = one.requirement
    role = describe(requirement.role, requirement.component_label)
    by = f"by {said(requirement.due_at, change.time_zone)}"
    if user is not None and any(person.pk == user.pk for person in one.waited_on):
        url = f"/inbox/{requirement.pk}/"
        return Blocker("Your signature is needed", "You", f"sign as {role}, {by}.", url, yours=True)
    names = [str(person) for person in one.waited_on]
    if not names:
        how = "names someone for this role."
        return Blocker(f"Nobody can sign as {role}", "A Change Manager", how, "", "alert-triangle")
    who = names[0] if len(names) == 1 else f"One of {', '.join(names)}"
    text = f"{names[0]} has not signed" if len(names) == 1 else f"{role} has not signed"
    return Blocker(text, who, f"signs as {role}, {by}.", "", "hourglass")


def _conflict(found: Found, change: Change) -> Blocker:
    if found.blocking:
        how = "moves one of the two windows, or a Change Manager lifts the freeze."
        return Blocker(found.sentence, str(change.requester), how, found.url, "calendar-time")
    how = "checks that the two can go together."
    return Blocker(found.sentence, str(change.requester), how, found.url, "calendar-time", warning=True)


def _window(change: Change) -> list[Blocker]:
    now = clock.now()
    decision = is_open(change, now)
    if decision:
        return []
    if change.planned_start and now < change.planned_start:
        return [
            Blocker(
                decision.reason.rstrip("."), "Nobody", "has to act until then.", "", "clock", warning=True
            )
        ]
    url = f"/changes/{change.ref}/revise/"
    return [Blocker(decision.reason.rstrip("."), str(change.requester), "chooses a new one.", url, "clock")]


def _review(change: Change) -> list[Blocker]:
    decision = may_advance(change, "close", system("blockers"))
    if decision:
        return []
    return [
        Blocker(
            decision.reason.rstrip("."),
            str(change.requester),
            decision.remedy or "signs the review.",
            f"/reviews/PIR-{change.number}/",
            "file-text",
        )
    ]
