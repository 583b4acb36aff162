"""A change with its parts and its revisions, and the standard changes that it may be made from."""

from apps.changes.models.changes import (
    Artifact,
    Change,
    ChangeItem,
    ImpactNote,
    PlanStep,
    Revision,
    RiskScenario,
    RollbackCriterion,
    SuccessMetric,
    WorldCheck,
)
from apps.changes.models.contracts import ProposedContract
from apps.changes.models.messages import PlannedMessage
from apps.changes.models.standards import Standard, StandardVersion

__all__ = [
    "Artifact",
    "Change",
    "ChangeItem",
    "ImpactNote",
    "PlanStep",
    "PlannedMessage",
    "ProposedContract",
    "Revision",
    "RiskScenario",
    "RollbackCriterion",
    "Standard",
    "StandardVersion",
    "SuccessMetric",
    "WorldCheck",
]
