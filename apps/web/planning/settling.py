"""A conflict's page: both sides, the path, how it stands, and what a person can do about it."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.selectors import Standing, standing
from apps.calendar.models import Conflict, Disposition
from apps.calendar.selectors import (
    Found,
    conflicts_beside,
    disposition_in_hand,
    dispositions_of,
    seen_from,
    settled_as,
    settled_beside,
)
from apps.catalog.selectors import graph
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import changes_in, end_decision, round_of_waiver, settle_decision
from apps.core.actors import Actor
from apps.core.decisions import Decision
from apps.web.planning.marks import MOVABLE, Stop, stops_of
from apps.web.planning.meetings import Meeting, meetings_of


@dataclass(frozen=True)
class Side:
    """One of the plans that meet. ``change`` is None for a period, or for what is no change."""

    ref: str
    title: str
    url: str
    start: datetime
    end: datetime
    zone: str
    change: Change | None
    asks: str
    """Who would be asked to move it; empty for whoever can."""

    @property
    def movable(self) -> bool:
        """Return whether its window may still be moved."""
        return self.change is not None and self.change.state in {*MOVABLE, ChangeState.DRAFT}


@dataclass(frozen=True)
class Told:
    """Something that was decided about the conflict, as its history shows it."""

    row: Disposition
    said: str
    state: str


@dataclass(frozen=True)
class Page:
    """Everything that the page of a conflict shows."""

    conflict: Conflict
    found: Found
    sides: list[Side]
    stops: tuple[Stop, ...]
    beside: list[Meeting]
    history: list[Told]
    in_hand: Disposition | None
    not_of: Disposition | None
    asked: list[Standing]
    mine: Standing | None
    may_settle: Decision
    may_end: Decision | None

    @property
    def open(self) -> bool:
        """Return whether it stands and may still be settled."""
        return self.conflict.cleared_at is None and self.in_hand is None

    @property
    def not_covered(self) -> str:
        """Return why what settles the rest between the two does not settle this; nothing where it does or none does."""
        if self.not_of is None:
            return ""
        later = self.conflict.found_at > self.not_of.made_at
        why = "this was found later" if later else "this was no part of that"
        return (
            f"{self.not_of.ref or settled_as(self.not_of).sentence.rstrip('.')}: {why}, so it is not covered."
        )

    @property
    def pair(self) -> bool:
        """Return whether it is between two plans, so that one can go after the other."""
        return self.conflict.other_id is not None


def page_of(user: User, actor: Actor, conflict: Conflict) -> Page:
    """Return the page of a conflict; a constant number of queries."""
    changes = changes_in(conflict)
    found = seen_from(conflict)
    held = disposition_in_hand(conflict)
    history = list(dispositions_of(conflict))
    round_ = round_of_waiver(user, held) if held else None
    asked = standing(round_) if round_ else []
    return Page(
        conflict=conflict,
        found=found,
        sides=_sides(user, conflict, changes),
        stops=stops_of(conflict.booking.ref, found, graph()),
        beside=meetings_of(conflict.booking.ref, conflicts_beside(conflict)),
        history=[Told(one, settled_as(one).sentence, _state(one, held)) for one in history],
        in_hand=held,
        not_of=settled_beside(conflict) if held is None and conflict.cleared_at is None else None,
        asked=asked,
        mine=next((one for one in asked if user in one.waited_on), None),
        may_settle=settle_decision(actor, changes),
        may_end=end_decision(actor, held, changes) if held else None,
    )


def _sides(user: User, conflict: Conflict, changes: list[Change]) -> list[Side]:
    of = {change.booking_id: change for change in changes}
    asks = {change.booking_id: str(change.requester) for change in changes if change.requester_id != user.pk}
    found = [
        Side(
            row.ref,
            row.title,
            row.url,
            row.start,
            row.end,
            row.time_zone,
            of.get(row.pk),
            asks.get(row.pk, ""),
        )
        for row in (conflict.booking, conflict.other)
        if row is not None
    ]
    period = conflict.period
    if period is not None:
        url = f"/calendar/periods/{period.ref}/"
        found.append(
            Side(period.ref, period.name, url, conflict.start, conflict.end, period.time_zone, None, "")
        )
    return found


def _state(one: Disposition, held: Disposition | None) -> str:
    if one.ended_at is not None:
        return one.get_ended_because_display()
    if held is None or one.pk != held.pk:
        return "Its time is over"
    return "It counts" if one.granted_at else "It waits for signatures"
