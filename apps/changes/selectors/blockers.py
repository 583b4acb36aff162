"""What keeps a change from going on: each thing, who can clear it, and how."""

from dataclasses import dataclass, replace

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.rules import describe
from apps.approvals.selectors import Standing, standing
from apps.calendar.enums import ConflictKind
from apps.calendar.models import Booking
from apps.calendar.selectors import Found, in_the_way_of
from apps.changes.enums import ENDED, PLANNED, ChangeState
from apps.changes.models import Change
from apps.changes.rules.window import is_open, said_end
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

    @property
    def line(self) -> str:
        """Return who does what about it; a name that the text has just said is not said again."""
        if self.yours or self.text.startswith(self.who):
            return self.how[:1].upper() + self.how[1:]
        return f"{self.who} {self.how}"

    @property
    def link(self) -> str:
        """Return what its link leads to."""
        return "Review and sign" if self.yours else _LINKS.get(self.icon, "Open it")


_LINKS = {
    "calendar-time": "See the other plan",
    "clock": "Revise it",
    "file-text": "Open the review",
    "player-pause": "Take it off hold",
}
_WAITS = "hourglass"


def blockers_of(
    change: Change,
    user: User | None = None,
    *,
    standings: list[Standing] | None = None,
) -> list[Blocker]:
    """Return what blocks a change: what the reader can clear first, then clashes, then who has yet to sign.

    Warnings come last.
    ``standings``, and what the change holds as in its way, save a caller that has them from asking twice.
    """
    found = [*_hold(change), *_revising(change)]
    if change.state in PLANNED:
        asked = standing(change.round) if standings is None and change.round else standings or []
        found += _unsigned(change, asked, user)
        met = change.in_the_way or in_the_way_of(change.ref)
        found += [_conflict(one, change) for one in met.conflicts if one.settled is None]
        found += [_goes_after(one, change) for one in met.goes_after]
    if change.state == ChangeState.APPROVED:
        found += _window(change)
    if change.state in ENDED:
        found += _review(change)
    return sorted(found, key=lambda one: (one.warning, not one.yours, one.icon == _WAITS))


def _hold(change: Change) -> list[Blocker]:
    if change.state != ChangeState.ON_HOLD:
        return []
    url = f"/changes/{change.ref}/resume/"
    return [Blocker("It is on hold", "A Change Manager", "takes it off hold.", url, "player-pause")]


def _revising(change: Change) -> list[Blocker]:
    if change.state != ChangeState.DRAFT or change.revision is None:
        return []
    how = f"submits it again. You see revision {change.revision.number}, as it was submitted last."
    return [Blocker("It is being revised", str(change.requester), how, icon="pencil")]


def _unsigned(change: Change, asked: list[Standing], user: User | None) -> list[Blocker]:
    """Return what is not signed: one line for all that the reader could sign, one for each other set of people."""
    if change.round is None or change.round.state != RoundState.OPEN:
        return []
    groups: dict[str | tuple[int, ...], list[Standing]] = {}
    for one in asked:
        if one.is_open:
            people = tuple(person.pk for person in one.waited_on)
            theirs = user is not None and user.pk in people
            groups.setdefault("theirs" if theirs else people, []).append(one)
    # What went ahead is kept by no missing signature any more. It is still asked for.
    ahead = change.round.went_ahead_at is not None
    return [replace(_signatures(group, change, user), warning=ahead) for group in groups.values()]


def _signatures(group: list[Standing], change: Change, user: User | None) -> Blocker:
    people = group[0].waited_on
    due = min(one.requirement.due_at for one in group)
    role, by = _roles(group), f"by {said_end(due, change.time_zone)}"
    if user is not None and any(person.pk == user.pk for person in people):
        url = f"/inbox/{group[0].requirement.pk}/"
        times = "" if len(group) == 1 else f" {len(group)} times"
        return Blocker(f"Your signature is needed{times}", "You", f"sign as {role}, {by}.", url, yours=True)
    if any(one.too_few for one in group):
        few = "Too few can sign" if people else "Nobody can sign"
        how = "names someone for this role."
        return Blocker(f"{few} as {role}", "A Change Manager", how, "", "alert-triangle")
    names = [str(person) for person in people]
    if len(names) == 1:
        return Blocker(f"{names[0]} has not signed", names[0], f"signs as {role}, {by}.", "", _WAITS)
    who = f"One of {', '.join(names[:4])}" + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return Blocker(f"{role} has not signed", who, f"signs {by}.", "", _WAITS)


def _roles(group: list[Standing]) -> str:
    """Return "Service Owner for pricing and checkout": each role once, with what it is asked for."""
    asked: dict[str, list[str]] = {}
    for one in group:
        asked.setdefault(one.requirement.role, []).append(one.requirement.component_label)
    return ", ".join(describe(role, _listed(names)) for role, names in asked.items())


def _listed(names: list[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _conflict(found: Found, change: Change) -> Blocker:
    if found.kind == ConflictKind.FREEZE:
        how = "chooses a time outside it, or whoever declared it lifts it."
    elif found.kind == ConflictKind.REACHES_FROZEN:
        how = "checks that what is frozen takes no harm, or chooses another time."
    elif found.kind == ConflictKind.OUTSIDE:
        how = "moves it into one of the windows, or asks for a waiver."
    elif found.kind == ConflictKind.LIMIT:
        how = "moves it to a time with fewer changes."
    elif not found.ref or found.of_period:
        how = (
            "moves it, or settles the conflict." if found.blocking else "checks that it can go all the same."
        )
    elif found.blocking:
        how = "moves one of the two windows, or settles the conflict."
    else:
        how = "checks that the two can go together."
    who = str(change.requester)
    return Blocker(found.sentence, who, how, found.url, "calendar-time", warning=not found.blocking)


def _goes_after(first: Booking, change: Change) -> Blocker:
    """Return that it waits for another: nobody has to act here until that is done, unless it is planned before that."""
    text = f"It goes after {first.ref}"
    if change.planned_end is not None and change.planned_end <= first.start:
        how = f"moves it after {first.ref}, or takes back that one goes after the other."
        return Blocker(
            f"{text}, which is planned later", str(change.requester), how, first.url, "calendar-time"
        )
    how = f"has to act here until {first.ref} is done or given back."
    return Blocker(text, "Nobody", how, first.url, "calendar-time", warning=True)


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
            "writes the review and has it signed.",
            f"/reviews/PIR-{change.number}/",
            "file-text",
        )
    ]
