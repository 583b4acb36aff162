"""Rounds of approval over any digest.

rounds: open_round, close_round, reject_unreachable
signing: sign, on_signed, erase_notes
reminding: remind
"""

from apps.approvals.rules import Barred, Need, Subject
from apps.approvals.services.deciding import on_signed
from apps.approvals.services.reminding import remind
from apps.approvals.services.rounds import close_round, open_round, reject_unreachable
from apps.approvals.services.signing import erase_notes, sign

__all__ = [
    "Barred",
    "Need",
    "Subject",
    "close_round",
    "erase_notes",
    "on_signed",
    "open_round",
    "reject_unreachable",
    "remind",
    "sign",
]
