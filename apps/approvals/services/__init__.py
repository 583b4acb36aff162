"""Rounds of approval over any digest.

rounds: open_round, close_round, reject_unreachable
signing: sign, on_signed, erase_notes
together: sign_together, Chosen, Outcome
mail_links: sign_from_mail
withdrawing: show_withdrawal, withdraw_signature
beginning: note_start
breakglass: show_go_ahead, go_ahead, escalate_unsigned
policy: propose_policy, withdraw_policy
versions: ask_another_manager
intents: show_signing, show_together, Spent, forget_unused_intents
looking: record_look, erase_looks
seeing: mark_seen
shortage: NobodyToSign, tell_shortage
reminding: remind
expiring: expire_round
standing_still: stand_still, go_on
snoozing: snooze, end_snooze
asking: ask_information, answer_information, take_back_question, resume_clocks
erasing: erase_questions, erase_questions_of_entries
handing: hand_over
ownership: ask_ownership, confirm_ownership, hand_over_ownership, escalate_ownership
covering: offer_delegation, accept_delegation, end_delegation
"""

from apps.approvals.rules import Barred, Need, Subject
from apps.approvals.rules.intents import Proof
from apps.approvals.services.asking import (
    answer_information,
    ask_information,
    resume_clocks,
    take_back_question,
)
from apps.approvals.services.beginning import note_start
from apps.approvals.services.breakglass import go_ahead, show_go_ahead
from apps.approvals.services.covering import accept_delegation, end_delegation, offer_delegation
from apps.approvals.services.deciding import on_signed
from apps.approvals.services.erasing import erase_questions, erase_questions_of_entries
from apps.approvals.services.expiring import expire_round
from apps.approvals.services.handing import hand_over
from apps.approvals.services.intents import Spent, forget_unused_intents, show_signing, show_together
from apps.approvals.services.looking import erase_looks, record_look
from apps.approvals.services.mail_links import sign_from_mail
from apps.approvals.services.overdue import escalate_unsigned
from apps.approvals.services.ownership import (
    ask_ownership,
    confirm_ownership,
    escalate_ownership,
    hand_over_ownership,
)
from apps.approvals.services.policy import propose_policy, withdraw_policy
from apps.approvals.services.reminding import remind
from apps.approvals.services.rounds import close_round, open_round, reject_unreachable
from apps.approvals.services.seeing import mark_seen
from apps.approvals.services.shortage import NobodyToSign, tell_shortage
from apps.approvals.services.signing import erase_notes, sign
from apps.approvals.services.snoozing import end_snooze, snooze
from apps.approvals.services.standing_still import go_on, stand_still
from apps.approvals.services.together import Chosen, Outcome, sign_together
from apps.approvals.services.versions import ask_another_manager
from apps.approvals.services.withdrawing import show_withdrawal, withdraw_signature

__all__ = [
    "go_on",
    "stand_still",
    "end_snooze",
    "expire_round",
    "snooze",
    "Barred",
    "Chosen",
    "Need",
    "NobodyToSign",
    "Outcome",
    "Proof",
    "Spent",
    "Subject",
    "accept_delegation",
    "answer_information",
    "ask_another_manager",
    "ask_information",
    "ask_ownership",
    "close_round",
    "confirm_ownership",
    "end_delegation",
    "erase_looks",
    "erase_notes",
    "erase_questions",
    "erase_questions_of_entries",
    "escalate_ownership",
    "escalate_unsigned",
    "go_ahead",
    "forget_unused_intents",
    "hand_over",
    "hand_over_ownership",
    "offer_delegation",
    "mark_seen",
    "on_signed",
    "note_start",
    "open_round",
    "propose_policy",
    "record_look",
    "reject_unreachable",
    "remind",
    "resume_clocks",
    "show_go_ahead",
    "show_signing",
    "show_together",
    "show_withdrawal",
    "sign",
    "sign_from_mail",
    "sign_together",
    "take_back_question",
    "tell_shortage",
    "withdraw_policy",
    "withdraw_signature",
]
