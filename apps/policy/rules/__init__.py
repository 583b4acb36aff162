"""Rules of policy: facts in, a verdict with its reasons out. All of it is pure."""

from apps.policy.rules.documents import (
    Problem,
    by_place,
    digest_of,
    document_of,
    problems_of,
    rule_problems,
    rules_from,
    unkeepable,
)
from apps.policy.rules.dry_run import Decided, Difference, DryRun, dry_run
from apps.policy.rules.examples import Tried, tried
from apps.policy.rules.facts import CHECK, FACTS, GROUPS, Fact
from apps.policy.rules.judging import Result, Verdict, judge, result_of, review_asked
from apps.policy.rules.rule import Example, Rule, Rules
from apps.policy.rules.scoring import BANDS, Score, Term
from apps.policy.rules.sheets import MOST_CHECKS, Sheet, sheet_of
from apps.policy.rules.starter_set import FIRST_NUMBER, starter_set
from apps.policy.rules.track_record import Prior, rate_words, shrunken_rate
from apps.policy.rules.waivers import LONGEST, Waived, holding, waiver_covers

__all__ = [
    "BANDS",
    "CHECK",
    "FACTS",
    "FIRST_NUMBER",
    "GROUPS",
    "LONGEST",
    "MOST_CHECKS",
    "Decided",
    "Difference",
    "DryRun",
    "Example",
    "Fact",
    "Prior",
    "Problem",
    "Result",
    "Rule",
    "Rules",
    "Score",
    "Sheet",
    "Term",
    "Tried",
    "Verdict",
    "Waived",
    "by_place",
    "digest_of",
    "document_of",
    "dry_run",
    "judge",
    "review_asked",
    "problems_of",
    "rate_words",
    "result_of",
    "rule_problems",
    "rules_from",
    "sheet_of",
    "shrunken_rate",
    "starter_set",
    "tried",
    "holding",
    "unkeepable",
    "waiver_covers",
]
