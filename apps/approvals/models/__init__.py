"""Rounds of approval over any digest: who is asked and barred, who signed in whose place; and the policy that asks."""

from apps.approvals.models.breakglass import BreakGlass
from apps.approvals.models.cover import Delegation
from apps.approvals.models.earlier import EarlierSignature
from apps.approvals.models.inquiries import Inquiry
from apps.approvals.models.intents import Look, SignIntent
from apps.approvals.models.ownership import OwnershipCheck
from apps.approvals.models.policy import PolicyVersion
from apps.approvals.models.rounds import Bar, Requirement, Round, Signature
from apps.approvals.models.seeing import Seen
from apps.approvals.models.snoozes import Snooze

__all__ = [
    "Bar",
    "BreakGlass",
    "Delegation",
    "EarlierSignature",
    "Inquiry",
    "Look",
    "OwnershipCheck",
    "PolicyVersion",
    "Requirement",
    "Round",
    "Seen",
    "SignIntent",
    "Signature",
    "Snooze",
]
