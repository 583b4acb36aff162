"""Reading the gate: how a change stands before each stage, and what was asked."""

from apps.gates.selectors.against import owed_afterwards, reasons_against, spoken_against
from apps.gates.selectors.card_measures import measured_of
from apps.gates.selectors.card_results import (
    CHECK_WORDS,
    answer_rows,
    answers_about,
    approval_rows,
    check_rows,
    results_of,
)
from apps.gates.selectors.decisions import (
    ONLY_READS,
    decision_exists,
    decision_for,
    decisions_of,
    may_ask_gate,
)
from apps.gates.selectors.foreseen import foreseen
from apps.gates.selectors.rehearsals import (
    Counted,
    counted,
    rehearsals_for,
    rehearsals_of,
    rehearsed_for,
    ways_of,
)
from apps.gates.selectors.rule_rounds import (
    CARD,
    CHECKS,
    RULE_WAIVER,
    RULES,
    WaiverScope,
    asked_over,
    round_over,
    rounds_over,
    waiting_for,
    waiver_scope,
)
from apps.gates.selectors.rules_spoken import StoppedNow, answers_naming, known_of, stopped_now
from apps.gates.selectors.standing import (
    GateStanding,
    Part,
    anchor_of,
    plan_for,
    standing_at,
)
from apps.gates.selectors.waivable import Waivable, waivable, waivables

__all__ = [
    "CHECKS",
    "ONLY_READS",
    "CHECK_WORDS",
    "answer_rows",
    "approval_rows",
    "answers_about",
    "check_rows",
    "results_of",
    "measured_of",
    "CARD",
    "Counted",
    "StoppedNow",
    "answers_naming",
    "counted",
    "known_of",
    "rehearsals_for",
    "rehearsals_of",
    "rehearsed_for",
    "stopped_now",
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
    "foreseen",
    "may_ask_gate",
    "owed_afterwards",
    "plan_for",
    "reasons_against",
    "round_over",
    "rounds_over",
    "spoken_against",
    "standing_at",
    "waivable",
    "waivables",
    "ways_of",
    "waiting_for",
    "waiver_scope",
]
