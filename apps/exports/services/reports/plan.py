"""The calendar of some weeks as a document to print or to send."""

from datetime import datetime
from typing import Any

from apps.exports.services.reports.typesetting import typeset


def plan_report(facts: dict[str, Any], *, at: datetime) -> bytes:
    """Return the PDF of a calendar, tagged for screen readers (PDF/UA-1). ``facts`` is all that it says."""
    return typeset("plan.typ", facts, at=at)
