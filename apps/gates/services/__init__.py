"""Asking the gate, and saying what it checks and by which rules it judges.

- ``ask_gate``, ``Ask``: one answer.
- ``draft_from_records``, ``fill_from_records``: what was measured, and what else is known, onto a model card.
- ``propose_plan``, ``withdraw_plan``: a version of the checks.
- ``write_rules``, ``ask_rules_approval``, ``withdraw_rules``: the draft of the rules.
- ``ask_rule_waiver``, ``end_rule_waiver``, ``warn_of_ending_waivers``: setting a rule aside for a time.
- ``ask_rehearsal``, ``rehearse``, ``queue_rehearsal``, ``resume_rehearsals``: a draft over the last year's changes.
"""

from apps.gates.services.asking import Ask, ask_gate
from apps.gates.services.card_filling import draft_from_records, fill_from_records
from apps.gates.services.publishing import propose_plan, withdraw_plan
from apps.gates.services.rehearsing import ask_rehearsal, queue_rehearsal, rehearse, resume_rehearsals
from apps.gates.services.rule_waivers import ask_rule_waiver, end_rule_waiver, warn_of_ending_waivers
from apps.gates.services.rules import ask_rules_approval, withdraw_rules, write_rules

__all__ = [
    "Ask",
    "ask_gate",
    "ask_rehearsal",
    "ask_rule_waiver",
    "ask_rules_approval",
    "end_rule_waiver",
    "draft_from_records",
    "fill_from_records",
    "propose_plan",
    "queue_rehearsal",
    "rehearse",
    "resume_rehearsals",
    "warn_of_ending_waivers",
    "withdraw_plan",
    "withdraw_rules",
    "write_rules",
]
