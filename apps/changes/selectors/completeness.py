"""What a draft still misses."""

from apps.changes.enums import WizardStep
from apps.changes.models import Change
from apps.changes.rules.completeness import Filled, Missing, missing_from, version_asked
from apps.changes.selectors.contracts import unready_contracts


def missing_of(change: Change) -> list[Missing]:
    """Return what a draft still misses before it can be submitted; six short queries."""
    found = missing_from(
        Filled(
            items=change.items.exists(),
            title=bool(change.title),
            summary=bool(change.summary),
            outcome=bool(change.outcome),
            metrics=change.success_metrics.exists(),
            window=change.planned_start is not None and change.planned_end is not None,
            rollback_plan=bool(change.rollback_plan),
            rollback_minutes=change.rollback_minutes is not None,
            criteria=change.rollback_criteria.exists(),
            risks=change.risk_scenarios.exists(),
            steps=change.plan_steps.exists(),
        )
    )
    offered = offered_by(change) if found else []
    unready = [Missing(WizardStep.WHAT, "contracts", said) for said in unready_contracts(change)]
    return [*(version_asked(one, offered) for one in found), *unready]


def offered_by(change: Change) -> list[str]:
    """Return the names of the components that the standard change of a draft lets it move; none without one."""
    keys = change.standard.content["components"] if change.standard else []
    return [key.rpartition("/")[2] for key in keys]
