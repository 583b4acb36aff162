"""What the approval policy looks at in a change: its class, its risk, and what it touches in which way."""

from collections.abc import Iterable

from apps.approvals.enums import Touch
from apps.approvals.rules import Touched
from apps.changes.rules.impact import ImpactRow


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
