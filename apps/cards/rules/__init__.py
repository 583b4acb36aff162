"""What a model card holds, what it lacks, who may write it, and what its records fill in."""

from apps.cards.rules.access import Writer, may_write
from apps.cards.rules.checking import Fault, check
from apps.cards.rules.comparing import Difference, FieldDifference, differences, field_differences
from apps.cards.rules.fields import (
    BY_NAME,
    EXTRA,
    FIELDS,
    SECTIONS,
    WRITTEN,
    CardField,
    Completeness,
    completeness,
    is_filled,
)
from apps.cards.rules.filling import (
    dataset_rows,
    merged,
    metric_row,
    metrics_of,
    sources_after,
    training_text,
)
from apps.cards.rules.first_shape import from_first_shape
from apps.cards.rules.kinds import Column, Keeper, Kind
from apps.cards.rules.nearness import FIRST_NOTICE, LAST_NOTICE, Nearness, nearness_of
from apps.cards.rules.retraining import Trigger, retrain_by, triggers_of
from apps.cards.rules.transitions import TRANSITIONS

__all__ = [
    "BY_NAME",
    "EXTRA",
    "FIELDS",
    "FIRST_NOTICE",
    "LAST_NOTICE",
    "Nearness",
    "SECTIONS",
    "TRANSITIONS",
    "WRITTEN",
    "CardField",
    "Column",
    "Completeness",
    "Difference",
    "Fault",
    "FieldDifference",
    "Keeper",
    "Kind",
    "Trigger",
    "Writer",
    "check",
    "completeness",
    "dataset_rows",
    "differences",
    "field_differences",
    "from_first_shape",
    "is_filled",
    "may_write",
    "merged",
    "metric_row",
    "metrics_of",
    "nearness_of",
    "retrain_by",
    "sources_after",
    "training_text",
    "triggers_of",
]
