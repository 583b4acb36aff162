"""What the portal asks from the first day: little of an ordinary change, much of a grave one, all of it to be met."""

from datetime import timedelta
from typing import Any

import pytest

from apps.catalog.selectors import forget_graph
from apps.changes.models import Change
from apps.changes.services import attach_document, submit_change
from apps.evidence.enums import PlanState, Stage
from apps.evidence.rules.checks import STARTER
from apps.evidence.services import propose_checks, settle_checks
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.services import Ask, ask_gate
from apps.playbooks.services import add_template, finish_document, save_document, start_document
from tests.changes.estate import NOW, Estate, at, draft, fresh, sign_all
from tests.gates.conftest import ARTIFACT, Send
from tests.playbooks.schemas import ANSWERS, SMALL

pytestmark = pytest.mark.django_db
DOCUMENTS = ("impact_assessment", "test_report", "threshold_rationale")
ORDINARY: tuple[dict[str, Any], ...] = (
    {
        "countersign": "metrics/1",
        "champion": {"version": "1"},
        "metrics": [
            {
                "name": "roc_auc",
                "challenger": {"value": 0.85, "low": 0.84, "high": 0.86, "n": 900},
                "champion": {"value": 0.8, "low": 0.79, "high": 0.81, "n": 900},
            },
        ],
    },
    {"countersign": "checks/1", "checks": [{"name": "unit", "category": "tests", "outcome": "passed"}]},
    {"countersign": "lineage/1", "code_commit": "abc123", "datasets": [{"name": "loans", "digest": "ab" * 32}]},
)  # fmt: skip
MORE: tuple[dict[str, Any], ...] = (
    {
        "countersign": "metrics/1",
        "metrics": [{"name": "equalized_odds_difference", "challenger": {"value": 0.05, "n": 900}}],
    },
    {"countersign": "explanation/1", "method": "shap", "features": [{"name": "income", "importance": 0.4}]},
    {
        "countersign": "checks/1",
        "checks": [
            {"name": "p95", "category": "latency", "outcome": "passed"},
            {"name": "weights", "category": "licence", "outcome": "passed", "observed": "MIT"},
        ],
    },
)  # fmt: skip


def one_that_everyone_signed(estate: Estate, tier: int, documents: tuple[str, ...] = ()) -> Change:
    """Put the starter plan of checks in force, and return a change of the model when it is of a tier."""
    manager, amara = estate.actor("leila"), estate.actor("amara")
    with at(NOW - timedelta(hours=1)):
        proposed = propose_checks(actor=manager, document=STARTER.document(), reason="We start to check.")
        settle_checks(actor=manager, plan=proposed, state=PlanState.IN_FORCE)
    model = estate.components["credit-risk"]
    model.tier = tier
    model.save()
    forget_graph()
    change = draft(estate)
    with at(NOW):
        for kind in documents:
            document = start_document(
                actor=amara, template=add_template(actor=manager, kind=kind, schema=SMALL)
            )
            save_document(actor=amara, document=document, title=kind, content=ANSWERS)
            attach_document(
                actor=amara, change=change, document=finish_document(actor=amara, document=document)
            )
        change = submit_change(actor=amara, change=fresh(change))
    sign_all(estate, change)
    return change


def asked(estate: Estate, change: Change) -> GateDecision:
    with at(NOW):
        question = Ask(stage=Stage.PRE_DEPLOY, artifact=ARTIFACT)
        return ask_gate(actor=estate.actor("amara"), change=fresh(change), ask=question)


def test_ordinary_change_passes_with_ordinary_evidence_and_signatures(estate: Estate, send: Send) -> None:
    change = one_that_everyone_signed(estate, tier=3)
    for document in ORDINARY:
        send(document)
    decision = asked(estate, change)
    assert (decision.answer, decision.reasons) == (Answer.PASS, [])
    outcomes = {one["rule"]: one["outcome"] for one in decision.rules}
    assert {rule for rule, outcome in outcomes.items() if outcome == "warned"} == {"test-report-advised"}


def test_tier_1_without_its_artifacts_is_kept_with_a_remedy_each(estate: Estate, send: Send) -> None:
    change = one_that_everyone_signed(estate, tier=1)
    for document in ORDINARY:
        send(document)
    decision = asked(estate, change)
    assert decision.answer == Answer.DENIED
    assert all(reason["remedy"] for reason in decision.reasons)
    assert {reason["rule"] for reason in decision.reasons} == {
        "FAIR-01", "EXPL-01", "impact-assessed", "test-report-there", "threshold-rationale", "explained",
        "licences-allowed", "latency-bounded",
    }  # fmt: skip


def test_tier_1_with_all_that_it_is_asked_for_passes(estate: Estate, send: Send) -> None:
    change = one_that_everyone_signed(estate, tier=1, documents=DOCUMENTS)
    for document in (*ORDINARY, *MORE):
        send(document)
    decision = asked(estate, change)
    assert (decision.answer, decision.reasons) == (Answer.PASS, [])
