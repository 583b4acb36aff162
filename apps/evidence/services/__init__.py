"""Writing evidence."""

from apps.evidence.services.receiving import Order, Received, receive_evidence

__all__ = ["Order", "Received", "receive_evidence"]
