"""Writing evidence."""

from apps.evidence.services.contracts import compare_definitions
from apps.evidence.services.files import keep_file
from apps.evidence.services.plans import propose_checks, settle_checks
from apps.evidence.services.receiving import Order, Received, receive_evidence

__all__ = [
    "Order",
    "Received",
    "compare_definitions",
    "keep_file",
    "propose_checks",
    "receive_evidence",
    "settle_checks",
]
