"""What the gate answers, given what is known."""

from apps.gates.rules.answering import Reason, answer_of, reason_of_check, stages_up_to
from apps.gates.rules.attesting import LASTS, statement
from apps.gates.rules.waiving import set_aside, waiver_roles

__all__ = [
    "LASTS",
    "Reason",
    "answer_of",
    "reason_of_check",
    "set_aside",
    "stages_up_to",
    "statement",
    "waiver_roles",
]
