"""Checks that are proposed, and what was measured and asked."""

from dataclasses import replace

from apps.approvals.models import Requirement
from apps.evidence.models import Report
from apps.evidence.rules.checks import Plan
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.services import propose_plan
from demo.checks import PLAN
from demo.load import actor
from tests.e2e.organisation.finding import Names


def gates() -> Names:
    """Have a manager propose that fewer cases will do, and name what was measured and asked."""
    fewer = tuple(
        replace(one, smallest_segment=400, remedy="Measure again.") if one.id == "FAIR-01" else one
        for one in PLAN.checks[1:]
    )
    made = propose_plan(
        actor=actor("leila.haddad"),
        document=Plan(fewer, PLAN.owners).document(),
        reason="500 of the youngest take two months.",
    )
    asked = Requirement.objects.get(round__subject_ref=made.ref)
    told = GateDecision.objects.order_by("pk")
    return {
        "report": Report.objects.filter(results__segment="ages 18 to 24")[0].ref,
        "report_failed": Report.objects.filter(outcome="failed")[0].ref,
        "gate_pass": told.filter(answer=Answer.PASS)[0].ref,
        "gate_closed": told.exclude(answer=Answer.PASS)[0].ref,
        "to_check": str(asked.pk),
    }
