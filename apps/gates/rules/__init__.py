"""What the gate answers, given what is known."""

from apps.gates.rules.answering import Reason, answer_of, reason_of_check, stages_up_to
from apps.gates.rules.attesting import LASTS, statement
from apps.gates.rules.waiving import counting, set_aside, waived_rules, waiver_roles

__all__ = [
    "LASTS",
    "Reason",
    "answer_of",
    "counting",
    "reason_of_check",
    "set_aside",
    "stages_up_to",
    "statement",
    "waived_rules",
    "waiver_roles",
]
