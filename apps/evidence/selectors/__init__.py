"""Reading evidence."""

from apps.evidence.selectors.contracts import differences_of
from apps.evidence.selectors.pieces import pieces_of, plan_as_of
from apps.evidence.selectors.plans import (
    FIRST_NUMBER,
    PlanInForce,
    plan_in_force,
    plan_numbered,
    plans_for,
    propose_decision,
)
from apps.evidence.selectors.reports import (
    SEEN_WITH,
    file_of,
    report_exists,
    report_for,
    reports_of,
    results_of,
    sender_decision,
    whole_lineages,
)

__all__ = [
    "FIRST_NUMBER",
    "SEEN_WITH",
    "PlanInForce",
    "differences_of",
    "file_of",
    "pieces_of",
    "plan_as_of",
    "plan_in_force",
    "plan_numbered",
    "plans_for",
    "propose_decision",
    "report_exists",
    "report_for",
    "reports_of",
    "results_of",
    "sender_decision",
    "whole_lineages",
]
