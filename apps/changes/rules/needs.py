"""Who must sign a change, from what it moves and what it reaches (DESIGN 1, issue: approvals)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.accounts.enums import Role
from apps.approvals.rules import Need
from apps.catalog.enums import ComponentKind
from apps.changes.enums import ChangeClass
from apps.changes.rules.impact import ImpactRow

# How long people have to look, from submission. The start of the window ends it earlier.
TIME_TO_SIGN = {
    ChangeClass.STANDARD: timedelta(days=1),
    ChangeClass.NORMAL: timedelta(days=3),
    ChangeClass.URGENT: timedelta(hours=4),
}


@dataclass(frozen=True)
class Touched:
    """A component that a change moves or reaches, as the needs are worked out from it."""

    key: str
    title: str
    kind: str
    team_id: int | None
    reason: str


def due_at(now: datetime, planned_start: datetime, change_class: str) -> datetime:
    """Return by when a change should be signed: the time its class gives, or its start when that is sooner."""
    return min(now + TIME_TO_SIGN[ChangeClass(change_class)], planned_start)


def needs_of(
    moved: Sequence[Touched], impact: Sequence[ImpactRow], contracts: Sequence[Touched], *, due: datetime
) -> list[Need]:
    """Return every signature that a change needs: the sponsor once, then one a component, in the order touched.

    A steward for each dataset, and for each data contract that what moves has promised (``contracts`` names the
    component that promised it); a validator for each model; the owner of each service. What a person ticked off
    is not asked about.
    """
    reached = [
        Touched(row.key, row.title, row.kind, row.team_id, _reached(row)) for row in impact if row.included
    ]
    asked: dict[tuple[str, str], Need] = {}
    for touched in [*moved, *reached]:
        role = _ROLE_OF_KIND.get(touched.kind)
        if role:
            asked.setdefault((role, touched.key), _need(role, touched, due))
    for promised in contracts:
        asked.setdefault((Role.STEWARD, promised.key), _need(Role.STEWARD, promised, due))
    order = {Role.STEWARD: 0, Role.VALIDATOR: 1, Role.OWNER: 2}
    return [_sponsor(moved, due), *sorted(asked.values(), key=lambda need: order[Role(need.role)])]


_ROLE_OF_KIND: dict[str, Role] = {
    ComponentKind.DATASET: Role.STEWARD,
    ComponentKind.MODEL: Role.VALIDATOR,
    ComponentKind.SERVICE: Role.OWNER,
}
_QUESTION = {
    Role.STEWARD: "May the data of {} be used in this way?",
    Role.VALIDATOR: "Is {} sound enough to be used?",
    Role.OWNER: "Can {} take this change in its window?",
}


def _need(role: Role, touched: Touched, due: datetime) -> Need:
    return Need(
        role=role,
        question=_QUESTION[role].format(touched.title)[:300],
        reason=touched.reason[:300],
        due_at=due,
        component_key=touched.key,
        component_label=touched.title,
        team_id=touched.team_id,
    )


def _sponsor(moved: Sequence[Touched], due: datetime) -> Need:
    teams = {touched.team_id for touched in moved}
    return Need(
        role=Role.SPONSOR,
        question="Is this change worth its risk and its cost?",
        reason="Every change needs one sponsor.",
        due_at=due,
        team_id=teams.pop() if len(teams) == 1 else None,
    )


def _reached(row: ImpactRow) -> str:
    if row.by_hand:
        return f"{row.title} was added by hand: {row.reason}"
    return f"{row.title} {row.why}."
