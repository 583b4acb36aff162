"""What reviews decide. Pure: facts in, answers out."""

from apps.reviews.rules.lessons import Rate, Told, rate_of, told_by
from apps.reviews.rules.reviewing import (
    NOBODY,
    WORKING_DAYS_TO_REVIEW,
    Check,
    Standing,
    add_working_days,
    due_from,
    may_answer,
    may_complete,
    may_sign,
    may_turn,
    may_write,
    missing_fields,
    signing_checks,
    suggested_outcome,
    verdict,
)
from apps.reviews.rules.wording import Hint, hints_in

__all__ = [
    "NOBODY",
    "WORKING_DAYS_TO_REVIEW",
    "Check",
    "Hint",
    "Rate",
    "Standing",
    "Told",
    "add_working_days",
    "due_from",
    "hints_in",
    "may_answer",
    "may_complete",
    "may_sign",
    "may_turn",
    "may_write",
    "missing_fields",
    "rate_of",
    "signing_checks",
    "suggested_outcome",
    "told_by",
    "verdict",
]
