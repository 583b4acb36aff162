"""Whether a person may let a change go ahead, and what went ahead and is not signed by everyone."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.approvals.models import BreakGlass, Round
from apps.approvals.selectors import may_let_go_now, unsigned_afterwards, who_may_let_go
from apps.changes.models import Change
from apps.changes.rules.emergency import can_go_ahead
from apps.changes.selectors.items import items_of
from apps.core import clock
from apps.core.decisions import Decision

MOST_SHOWN = 20


@dataclass(frozen=True)
class WentAhead:
    """A change that went ahead, how many signatures are still missing, and whether they are overdue."""

    change: Change
    broken: BreakGlass
    missing: int
    overdue: bool


def reach_of(change: Change) -> list[tuple[str, int | None]]:
    """Return what an authority must reach to let a change go ahead: each component that moves, with its team."""
    return [(item.component.key, item.component.owner_team_id) for item in items_of(change)]


def may_let_go_ahead_now(user: User, change: Change) -> Decision:
    """Return whether a person may let a change go ahead now: the change first, then the person."""
    decision = can_go_ahead(change)
    if not decision or change.round is None:
        return decision
    return may_let_go_now(user, change.round, reach_of(change))


def who_may_let_it_go_ahead(change: Change) -> list[User]:
    """Return everyone who may let a change go ahead now, by name; nobody when it is not one that can be."""
    if not can_go_ahead(change) or change.round is None:
        return []
    return who_may_let_go(change.round, reach_of(change))


def went_ahead(
    visible: QuerySet[Change], refused_in: tuple[datetime, datetime] | None = None
) -> list[WentAhead]:
    """Return the changes among ``visible`` that went ahead and are not signed by everyone, the first due first.

    With ``refused_in``, also those that somebody refused in [start, end). Two queries, one when there are none.
    """
    rounds = Round.objects.filter(change__in=visible.order_by().values("pk"))
    found = unsigned_afterwards(rounds, MOST_SHOWN, refused_in)
    if not found:
        return []
    changes = {
        change.round_id: change
        for change in visible.filter(round__in=[one.broken.round_id for one in found]).defer("search")
    }
    now = clock.now()
    return [
        WentAhead(
            changes[one.broken.round_id],
            one.broken,
            one.missing,
            not one.broken.end and one.broken.due_at <= now,
        )
        for one in found
        if one.broken.round_id in changes
    ]
