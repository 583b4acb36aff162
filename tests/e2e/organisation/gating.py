"""Checks and rules that are written, a rule that is waived, and what was measured and asked."""

from dataclasses import replace
from datetime import timedelta

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.core import clock
from apps.evidence.models import Report
from apps.evidence.rules.checks import Plan
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.services import ask_rule_waiver, propose_plan
from apps.policy.services import start_draft
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
    start_draft(actor=actor("leila.haddad"), reason="What the facts now say.")
    waiver = ask_rule_waiver(
        actor=actor("amara.okafor"),
        rule="rollback-plan-there",
        scope="model:default/credit-risk",
        reason="The plan is written on Monday.",
        compensating="The version before stays warm.",
        until=clock.now() + timedelta(days=5),
    )
    waived = Requirement.objects.filter(round__subject_ref=waiver.ref).exclude(role=Role.CHANGE_MANAGER)[0]
    told = GateDecision.objects.order_by("pk")
    return {
        "report": Report.objects.filter(results__segment="ages 18 to 24")[0].ref,
        "report_failed": Report.objects.filter(outcome="failed")[0].ref,
        "gate_pass": told.filter(answer=Answer.PASS)[0].ref,
        "gate_closed": told.exclude(answer=Answer.PASS)[0].ref,
        "to_check": str(asked.pk),
        "to_waive": str(waived.pk),
    }
