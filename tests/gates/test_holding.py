"""Where the gate must stay closed though what was looked at first is fine."""

import json
from datetime import timedelta
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.changes.services import start_change, withdraw_change
from apps.core import clock
from apps.core.errors import Conflict
from apps.evidence.enums import Stage
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.services import Ask, ask_gate
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, fresh, submitted
from tests.changes.test_emergency import refuse, started
from tests.gates.conftest import ARTIFACT, PLAN, RULES, Send, auc, put_in_force, ran

pytestmark = pytest.mark.django_db
OTHER = "cd" * 32
LICENCE = {
    "id": "free-licence",
    "stage": "pre_deploy",
    "effect": "require",
    "title": "Its licence is ours to use",
    "expression": "evidence.licence.all(c, c.outcome == 'passed')",
    "message": "A licence is not ours to use.",
    "remedy": "Choose another.",
    "examples": [],
}


def ask(estate: Estate, change: Any, stage: Stage, when: Any = NOW, **more: Any) -> GateDecision:
    with at(when):
        return ask_gate(
            actor=estate.actor("amara"), change=change, ask=Ask(stage=stage, artifact=ARTIFACT, **more)
        )


def licence(outcome: str) -> dict[str, Any]:
    row = {"name": "licences", "category": "licence", "outcome": outcome}
    return {"countersign": "checks/1", "checks": [row]}


def test_rules_judge_the_artifact_that_is_to_run_and_no_later_one(estate: Estate, send: Send) -> None:
    examples = [
        {"given": "None sent", "facts": {"evidence.licence": []}, "expected": "met"},
        {
            "given": "A bad one",
            "facts": {"evidence.licence": [{"outcome": "failed"}]},
            "expected": "not_met",
        },
    ]
    put_in_force(estate, PLAN, {**RULES, "rules": [{**LICENCE, "examples": examples}]})
    change = approved(estate)
    for document in (auc(0.85), ran(), licence("failed")):
        send(document)
    with at(NOW + timedelta(minutes=2)):
        send(licence("passed"), artifact=OTHER)
    decision = ask(estate, change, Stage.PRE_DEPLOY, when=NOW + timedelta(minutes=3))
    assert [one["rule"] for one in decision.reasons] == ["free-licence"]


def test_champion_is_what_is_replaced_once_the_alias_stands_on_the_new_version(
    estate: Estate, plan: None, send: Send
) -> None:
    change = submitted(estate)
    send(auc(0.5))
    versions = estate.components["credit-risk"].versions
    versions.exclude(version="2").update(aliases=[])
    versions.filter(version="2").update(aliases=["champion"])
    assert ask(estate, change, Stage.MODEL).answer == Answer.DENIED


def test_change_that_ended_since_it_was_read_does_not_pass(estate: Estate, measured: None) -> None:
    read = approved(estate)
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=fresh(read), reason="Not needed.")
    assert ask(estate, read, Stage.MODEL).answer == Answer.DENIED


def test_version_that_was_retired_or_made_anew_after_the_start_goes_no_further(
    estate: Estate, measured: None
) -> None:
    change = approved(estate)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=change)
    assert ask(estate, change, Stage.PROMOTION, when=IN_WINDOW).answer == Answer.PASS
    moved = estate.components["credit-risk"].versions.filter(version="2")
    moved.update(code_commit="f" * 40)
    again = ask(estate, change, Stage.PROMOTION, when=IN_WINDOW)
    assert (again.answer, "its lineage has changed" in again.reasons[0]["says"]) == (Answer.STALE, True)
    moved.update(retired_at=clock.now())
    assert ask(estate, change, Stage.PROMOTION, when=IN_WINDOW).answer == Answer.DENIED


def test_change_that_was_refused_after_it_went_ahead_goes_no_further(estate: Estate, measured: None) -> None:
    change = started(estate)
    before = ask(estate, change, Stage.PROMOTION, when=IN_WINDOW)
    assert before.answer == Answer.PASS, before.reasons
    refuse(estate, fresh(change))
    after = ask(estate, change, Stage.PROMOTION, when=IN_WINDOW)
    assert (after.answer, after.reasons[0]["says"]) == (Answer.DENIED, f"{change.ref} was refused.")


def test_key_of_a_pass_that_ended_or_of_an_earlier_revision_is_a_conflict(
    estate: Estate, measured: None
) -> None:
    change = approved(estate)
    first = ask(estate, change, Stage.MODEL, idempotency_key="job-1")
    assert first.answer == Answer.PASS
    assert first.expires_at is not None
    just_before, ended = first.expires_at - timedelta(seconds=1), first.expires_at
    assert ask(estate, change, Stage.MODEL, when=just_before, idempotency_key="job-1") == first
    with pytest.raises(Conflict, match="counts no more"):
        ask(estate, change, Stage.MODEL, when=ended, idempotency_key="job-1")


def test_ledger_says_which_revision_passed_and_what_was_attested(estate: Estate, measured: None) -> None:
    change = approved(estate)
    ask(estate, change, Stage.MODEL)
    entry = AuditEvent.objects.get(event="gate.asked")
    said = json.loads(bytes(entry.entry))["data"]
    assert said["digest"] == change.revision.digest
    assert len(said["attestation"]) == 64
