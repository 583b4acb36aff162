"""A briefing as a page to print or to send."""

from datetime import datetime
from typing import Any

from apps.exports.services.reports.typesetting import typeset


def briefing_report(facts: dict[str, Any], *, at: datetime) -> bytes:
    """Return the PDF of a briefing, tagged for screen readers (PDF/UA-1). ``facts`` is all that it says."""
    return typeset("briefing.typ", facts, at=at)
