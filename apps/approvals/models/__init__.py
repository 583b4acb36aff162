"""Rounds of approval over any digest: who is asked, who is barred, who signed, and in whose place."""

from apps.approvals.models.cover import Delegation
from apps.approvals.models.inquiries import Inquiry
from apps.approvals.models.rounds import Bar, Requirement, Round, Signature

__all__ = ["Bar", "Delegation", "Inquiry", "Requirement", "Round", "Signature"]
