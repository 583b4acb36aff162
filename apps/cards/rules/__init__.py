"""What a model card holds, what it lacks, who may write it, and what the registry may fill in."""

from apps.cards.rules.access import Writer, may_write
from apps.cards.rules.comparing import Difference, differences
from apps.cards.rules.filling import merged_metrics, metrics_of, training_text
from apps.cards.rules.first_fields import FIELDS, TEXT_FIELDS, CardField, Completeness, completeness
from apps.cards.rules.metrics import checked_metrics
from apps.cards.rules.transitions import TRANSITIONS

__all__ = [
    "FIELDS",
    "TEXT_FIELDS",
    "TRANSITIONS",
    "CardField",
    "Completeness",
    "Difference",
    "Writer",
    "checked_metrics",
    "completeness",
    "differences",
    "may_write",
    "merged_metrics",
    "metrics_of",
    "training_text",
]
