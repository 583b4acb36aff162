"""Writing evidence."""

from apps.evidence.services.plans import propose_checks, settle_checks
from apps.evidence.services.receiving import Order, Received, receive_evidence

__all__ = ["Order", "Received", "propose_checks", "receive_evidence", "settle_checks"]
