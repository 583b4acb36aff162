"""Reading the gate: how a change stands before each stage, and what was asked."""

from apps.gates.selectors.decisions import decision_exists, decision_for, decisions_of
from apps.gates.selectors.standing import (
    GateStanding,
    Part,
    anchor_of,
    plan_for,
    reasons_against,
    standing_at,
)

__all__ = [
    "GateStanding",
    "Part",
    "anchor_of",
    "decision_exists",
    "decision_for",
    "decisions_of",
    "plan_for",
    "reasons_against",
    "standing_at",
]
