"""What the approval policy looks at in a change: its class, its risk, and what it touches in which way."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from apps.approvals.enums import Touch
from apps.approvals.rules import Touched
from apps.changes.enums import ChangeClass
from apps.changes.rules.impact import ImpactRow

# How long people have to look, from submission. The start of the window ends it earlier.
TIME_TO_SIGN = {
    ChangeClass.STANDARD: timedelta(days=1),
    ChangeClass.NORMAL: timedelta(days=3),
    ChangeClass.URGENT: timedelta(hours=4),
}


def due_at(now: datetime, planned_start: datetime, change_class: str) -> datetime:
    """Return by when a change should be signed: the time its class gives, or its start when that is sooner."""
    return min(now + TIME_TO_SIGN[ChangeClass(change_class)], planned_start)


def reached(impact: Iterable[ImpactRow]) -> list[Touched]:
    """Return what a change reaches, for the policy. What a person ticked off is not asked about."""
    return [
        Touched(row.key, row.title, row.kind, row.tier, row.data_class, row.team_id, Touch.REACHED, _why(row))
        for row in impact
        if row.included
    ]


def _why(row: ImpactRow) -> str:
    if row.by_hand:
        return f"{row.title} was added by hand: {row.reason}"
    return f"{row.title} {row.why}."
