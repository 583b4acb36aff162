"""Reading the gate: how a change stands before each stage, and what was asked."""

from apps.gates.selectors.decisions import decision_exists, decision_for, decisions_of
from apps.gates.selectors.rule_rounds import (
    RULE_WAIVER,
    RULES,
    WaiverScope,
    asked_over,
    round_over,
    rounds_over,
    waiver_scope,
)
from apps.gates.selectors.rules_spoken import History, answers_naming, history_under, known_of
from apps.gates.selectors.standing import (
    GateStanding,
    Part,
    anchor_of,
    owed_afterwards,
    plan_for,
    reasons_against,
    spoken_against,
    standing_at,
)
from apps.gates.selectors.waivable import Waivable, waivable, waivables

__all__ = [
    "History",
    "answers_naming",
    "history_under",
    "known_of",
    "RULES",
    "RULE_WAIVER",
    "GateStanding",
    "Part",
    "Waivable",
    "WaiverScope",
    "anchor_of",
    "asked_over",
    "decision_exists",
    "decision_for",
    "decisions_of",
    "owed_afterwards",
    "plan_for",
    "reasons_against",
    "round_over",
    "rounds_over",
    "spoken_against",
    "standing_at",
    "waivable",
    "waivables",
    "waiver_scope",
]
