"""What is asked of whom, who may sign it, and what a signature says. Pure: no database, no clock."""

from apps.approvals.rules.asking import Call, Facts, Touched, calls, needs_under, silence
from apps.approvals.rules.cover import may_sign_for
from apps.approvals.rules.first_policy import FIRST_NUMBER, FIRST_POLICY
from apps.approvals.rules.policy import Quorum, Rule, names_in, numbers_in, rules_of, with_people
from apps.approvals.rules.quorums import unreachable
from apps.approvals.rules.signing import (
    Ask,
    Barred,
    Earlier,
    Need,
    Signing,
    Subject,
    describe,
    may_leave_the_rest,
    may_sign,
    meaning,
    with_quorum,
)
from apps.approvals.rules.terms import Terms, terms_of
from apps.approvals.rules.times import times_of
from apps.approvals.rules.timetable import Allowance

__all__ = [
    "FIRST_NUMBER",
    "FIRST_POLICY",
    "Allowance",
    "Ask",
    "Barred",
    "Call",
    "Earlier",
    "Facts",
    "Need",
    "Quorum",
    "Rule",
    "Signing",
    "Subject",
    "Terms",
    "Touched",
    "calls",
    "describe",
    "may_leave_the_rest",
    "may_sign",
    "may_sign_for",
    "meaning",
    "names_in",
    "needs_under",
    "numbers_in",
    "rules_of",
    "silence",
    "terms_of",
    "times_of",
    "unreachable",
    "with_people",
    "with_quorum",
]
