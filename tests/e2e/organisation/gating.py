"""Checks and rules that are written, a rule that is waived, and what was measured and asked."""

from dataclasses import replace
from datetime import timedelta

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.core import actors, clock
from apps.evidence.models import Report
from apps.evidence.rules.checks import Plan
from apps.gates.enums import Answer
from apps.gates.models import GateDecision, Rehearsal
from apps.gates.services import ask_rehearsal, ask_rule_waiver, propose_plan, rehearse, write_rules
from apps.policy.models import PolicySet
from apps.policy.services import start_draft
from demo.checks import PLAN
from demo.signing import actor
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
    rules = start_draft(actor=actor("leila.haddad"), reason="What the facts now say.")
    judged = dry_run(fewer_rules(rules))
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
        "dry_run": str(judged.pk),
        "dry_run_open": str(ask_rehearsal(actor=actor("leila.haddad"), policy_set=judged.policy_set).pk),
        "to_check": str(asked.pk),
        "to_waive": str(waived.pk),
    }


def fewer_rules(rules: PolicySet) -> PolicySet:
    """Return the draft without the rules that ask for documents, and with one that warns of weekends."""
    kept = [one for one in rules.document["rules"] if "artifacts.present" not in one["expression"]]
    warns = {
        "id": "weekends-warned",
        "stage": "submission",
        "effect": "warn",
        "title": "A weekend is told",
        "expression": "change.weekend",
        "message": "Its window touches a weekend.",
    }
    return write_rules(
        actor=actor("leila.haddad"),
        policy_set=rules,
        document={**rules.document, "rules": [*kept, warns]},
        reason=rules.reason,
        seen=rules.digest,
    )


def dry_run(rules: PolicySet) -> Rehearsal:
    """Return what the draft would have decided, as a worker judged it."""
    found = ask_rehearsal(actor=actor("leila.haddad"), policy_set=rules)
    rehearse(actor=actors.system("rules"), rehearsal_id=found.pk)
    return found
