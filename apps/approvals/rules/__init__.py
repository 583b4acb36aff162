"""What is asked of whom, who may sign it, and what a signature says. Pure: no database, no clock."""

from apps.approvals.rules.cover import may_sign_for
from apps.approvals.rules.signing import (
    Ask,
    Barred,
    Need,
    Signing,
    Subject,
    describe,
    may_leave_the_rest,
    may_sign,
    meaning,
    unreachable,
)

__all__ = [
    "Ask",
    "Barred",
    "Need",
    "Signing",
    "Subject",
    "describe",
    "may_leave_the_rest",
    "may_sign",
    "may_sign_for",
    "meaning",
    "unreachable",
]
