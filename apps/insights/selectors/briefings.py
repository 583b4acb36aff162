"""The facts of a change, read for its briefing."""

from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.approvals.selectors import break_glass_of, inbox_for, open_counts
from apps.calendar.enums import ConflictKind
from apps.calendar.models import Conflict
from apps.calendar.selectors import blocking
from apps.catalog.enums import ComponentKind
from apps.changes.enums import ENDED, ChangeState
from apps.changes.models import Change
from apps.changes.rules.impact import ImpactRow
from apps.changes.selectors import impact_of, items_of
from apps.core import clock
from apps.insights.rules.briefing import build_briefing
from apps.insights.rules.facts import Ahead, Facts, Move, Promise, Reached, Scenario
from apps.insights.rules.paper import Briefing
from apps.reviews.enums import ReviewState
from apps.reviews.models import Review


def briefing_for(change: Change) -> Briefing:
    """Return the briefing of a change that the caller has fetched for a person; constant queries."""
    return build_briefing(facts_of(change))


_UNOWNED = "Nobody yet"  # as impact_of puts it


def asked_of(user: User, change: Change) -> Requirement | None:
    """Return what this change asks of a person and they have not answered yet, if anything."""
    if change.round_id is None:
        return None
    return inbox_for(user, "needs_me").filter(round=change.round_id).first()


def facts_of(change: Change) -> Facts:
    """Return everything that a briefing may say about a change."""
    missing = _missing_signatures(change)
    # A review opens when a change ends; before, nothing is asked.
    ended = change.state in {*ENDED, ChangeState.CLOSED}
    review = Review.objects.filter(change=change).first() if ended else None
    signed = review is not None and review.state == ReviewState.SIGNED
    return Facts(
        ref=change.ref,
        title=change.title or "Untitled draft",
        state=change.state,
        requester=str(change.requester),
        today=clock.now(),
        zone=ZoneInfo(change.time_zone),
        summary=change.summary,
        outcome=change.outcome,
        cost_of_waiting=change.cost_of_waiting,
        moves=_moves(change),
        reached=_reached(change),
        scenarios=tuple(
            Scenario(scenario.text, scenario.likelihood, scenario.harm, scenario.mitigation)
            for scenario in change.risk_scenarios.all()
        ),
        promises=tuple(
            Promise(metric.name, metric.unit, metric.baseline, metric.target)
            for metric in change.success_metrics.all()
        ),
        rollback_plan=change.rollback_plan,
        rollback_minutes=change.rollback_minutes,
        planned_start=change.planned_start,
        planned_end=change.planned_end,
        actual_start=change.actual_start,
        actual_end=change.actual_end,
        decide_by=min((requirement.due_at for requirement in missing), default=None),
        waiting_for=tuple(_asked(requirement) for requirement in missing),
        ahead=_ahead(change),
        blocked_by=_blocked_by(change),
        review_due=review.due_at if review and not signed else None,
        review_outcome=review.get_outcome_display() if review and signed else "",
    )


def _moves(change: Change) -> tuple[Move, ...]:
    return tuple(
        Move(
            title=str(item.component),
            from_version=item.from_version.version if item.from_version else "",
            to_version=item.to_version.version,
        )
        for item in items_of(change)
    )


def _missing_signatures(change: Change) -> list[Requirement]:
    if change.state != ChangeState.IN_REVIEW or change.round_id is None:
        return []
    return list(Requirement.objects.filter(round=change.round_id, state=RequirementState.OPEN))


def _ahead(change: Change) -> Ahead | None:
    """Return how a change went ahead before everyone had signed; two queries when it did, none when not."""
    broken = break_glass_of(change.round)
    if broken is None:
        return None
    missing = 0 if broken.end else open_counts([broken.round_id])[broken.round_id]
    return Ahead(missing, broken.due_at, broken.end)


def _asked(requirement: Requirement) -> str:
    role = Role(requirement.role).label
    return f"{role} for {requirement.component_label}" if requirement.component_label else role


def _blocked_by(change: Change) -> tuple[str, ...]:
    """Return what blocks the window now, by the name of the other side."""
    if change.booking_id is None:
        return ()
    sides = Q(booking=change.booking_id) | Q(other=change.booking_id)
    conflicts = blocking(clock.now()).filter(sides).select_related("booking", "other", "period")
    return tuple(dict.fromkeys(_other_side(conflict, change.booking_id) for conflict in conflicts))


_UNSHARED = {
    ConflictKind.OUTSIDE: "a time outside its maintenance windows",
    ConflictKind.LIMIT: "the limit on changes at once",
}


def _other_side(conflict: Conflict, booking_id: int) -> str:
    if conflict.period is not None:
        return f"the {conflict.period.get_kind_display().lower()} “{conflict.period.name}”"
    if conflict.other is None:
        return _UNSHARED[ConflictKind(conflict.kind)]
    other = conflict.other if conflict.booking_id == booking_id else conflict.booking
    return f"“{other.title}” ({other.ref})"


def _reached(change: Change) -> tuple[Reached, ...]:
    """Return what the change can reach, less what people ticked off."""
    return tuple(
        Reached(title=row.title, kind=ComponentKind(row.kind).label.lower(), owner=_owner(row))
        for row in impact_of(change)
        if row.included
    )


def _owner(row: ImpactRow) -> str:
    return "" if row.owner == _UNOWNED else row.owner
