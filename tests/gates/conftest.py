"""A plan of checks in force, and evidence that meets it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.changes.models import Change
from apps.evidence.enums import Category, PlanState, Stage
from apps.evidence.models import Report
from apps.evidence.rules.checks import Check, Demand, Plan
from apps.evidence.services import Order, propose_checks, receive_evidence, settle_checks
from apps.policy.services import publish_set, start_draft, write_draft
from tests.changes.estate import NOW, Estate, at

ARTIFACT = "ab" * 32
PLAN = Plan(
    owners={Stage.MODEL: Role.VALIDATOR},
    checks=(
        Check(
            "PERF-01", "Better", Stage.MODEL, Category.PERFORMANCE, Demand.CHAMPION,
            kinds=("model",), metric="auc", fresh_for=timedelta(days=30), remedy="Train it again.",
        ),
        Check("TEST-01", "Its tests pass", Stage.INTEGRATION, Category.TESTS, Demand.PASSES, kinds=("model",)),
        Check("LOAD-01", "Quick", Stage.PROMOTION, Category.LOAD, Demand.PASSES, kinds=("model",), blocks=False),
    ),
)  # fmt: skip
RULES = {
    "title": "One rule",
    "bands": {"moderate": 20, "high": 40, "severe": 60},
    "prior": {"failures": 2, "changes": 20},
    "rules": [
        {
            "id": "no-weekend",
            "stage": "promotion",
            "effect": "deny",
            "title": "Not at a weekend",
            "expression": "change.weekend",
            "message": "Its window touches a weekend.",
            "remedy": "Move it.",
            "examples": [
                {"given": "A weekday", "facts": {"change.weekend": False}, "expected": "met"},
                {"given": "A Sunday", "facts": {"change.weekend": True}, "expected": "not_met"},
            ],
        }
    ],
}
Send = Callable[..., Report]


def put_in_force(estate: Estate, plan: Plan, document: dict[str, Any] = RULES) -> None:
    """Have a plan and rules, without others the one above, in force since an hour before everything."""
    manager = estate.actor("leila")
    with at(NOW - timedelta(hours=1)):
        rules = start_draft(actor=manager, reason="We start small.")
        rules = write_draft(
            actor=manager, policy_set=rules, document=document, reason="Small.", seen=rules.digest
        )
        publish_set(actor=manager, policy_set=rules, approved=rules.digest)
        proposed = propose_checks(actor=manager, document=plan.document(), reason="We start to check.")
        settle_checks(actor=manager, plan=proposed, state=PlanState.IN_FORCE)


@pytest.fixture
def plan(estate: Estate) -> None:
    """The plan above, in force."""
    put_in_force(estate, PLAN)


@pytest.fixture
def send(estate: Estate) -> Send:
    """Return a function that sends evidence about version 2 of credit-risk, as if measured now."""

    def one(document: dict[str, Any], *, artifact: str = ARTIFACT, **more: Any) -> Report:
        version = estate.components["credit-risk"].versions.get(version="2")
        content = json.dumps(document).encode()
        order = Order(version=version, content=content, artifact=artifact, measured_at=NOW, **more)
        with at(NOW):
            return receive_evidence(actor=estate.actor("priya"), order=order).report

    return one


def auc(value: float, champion: str = "1") -> dict[str, Any]:
    row = {"name": "auc", "challenger": {"value": value, "n": 900}, "champion": {"value": 0.8}}
    return {"countersign": "metrics/1", "champion": {"version": champion}, "metrics": [row]}


def ran(outcome: str = "passed") -> dict[str, Any]:
    return {"countersign": "checks/1", "checks": [{"name": "a", "category": "tests", "outcome": outcome}]}


@pytest.fixture
def measured(plan: None, send: Send) -> None:
    """Everything that blocks is measured, and good."""
    send(auc(0.85))
    send(ran())


def fresh(change: Change) -> Any:
    return Change.objects.select_related("requester", "revision", "round", "booking").get(pk=change.pk)
