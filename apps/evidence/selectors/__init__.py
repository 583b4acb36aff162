"""Reading evidence."""

from apps.evidence.selectors.reports import (
    SEEN_WITH,
    file_of,
    report_exists,
    report_for,
    reports_of,
    results_of,
    sender_decision,
)

__all__ = [
    "SEEN_WITH",
    "file_of",
    "report_exists",
    "report_for",
    "reports_of",
    "results_of",
    "sender_decision",
]
