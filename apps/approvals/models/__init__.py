"""Rounds of approval over any digest: who is asked, who is barred, and who signed."""

from apps.approvals.models.inquiries import Inquiry
from apps.approvals.models.rounds import Bar, Requirement, Round, Signature

__all__ = ["Bar", "Inquiry", "Requirement", "Round", "Signature"]
