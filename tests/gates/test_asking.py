"""The gate: closed until nothing speaks against it, with each reason, and a pass that anyone can verify."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import AuditEvent
from apps.audit.selectors import signed_statement
from apps.calendar.rules import Span
from apps.changes.models import Change
from apps.changes.services import hold_change, start_change, withdraw_change
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.evidence.enums import Stage
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.selectors import waivable
from apps.gates.services import Ask, ask_gate
from apps.policy.services import ask_waiver, grant_waiver
from tests.changes.estate import AFTER_WINDOW, IN_WINDOW, NOW, Estate, approved, at, draft, fresh, submitted
from tests.gates.conftest import ARTIFACT, Send, auc, ran
from tests.planning import frozen
from tests.races import at_once

pytestmark = pytest.mark.django_db
KEY = "model:default/credit-risk"


def ask(
    estate: Estate, change: Change, stage: Stage = Stage.MODEL, *, when: datetime = NOW, **more: Any
) -> GateDecision:
    with at(when):
        return ask_gate(actor=estate.actor("amara"), change=fresh(change), ask=Ask(stage=stage, **more))


def said(decision: GateDecision) -> list[tuple[str, str]]:
    return [(one["code"], one["rule"] or one["says"]) for one in decision.reasons]


def test_stage_without_evidence_is_pending_and_names_each_check_with_its_remedy(
    estate: Estate, plan: None
) -> None:
    decision = ask(estate, submitted(estate), Stage.INTEGRATION)
    assert decision.answer == Answer.PENDING
    assert said(decision) == [("pending", "PERF-01"), ("pending", "TEST-01")]
    assert decision.reasons[0]["remedy"] == "Train it again."
    assert decision.reasons[0]["says"] == "Better, credit-risk: Nothing was sent yet."
    assert (decision.attestation, decision.expires_at) == ("", None)


def test_whoever_only_reads_is_refused_and_nothing_is_kept(estate: Estate, plan: None) -> None:
    change = submitted(estate)
    with pytest.raises(Forbidden, match="Only people who propose, approve or manage changes"):
        ask_gate(actor=estate.actor("ruth"), change=fresh(change), ask=Ask(stage=Stage.MODEL, dry_run=True))
    assert not GateDecision.objects.exists()


def test_stage_asks_for_itself_and_all_before_it_alone(estate: Estate, plan: None, send: Send) -> None:
    change = submitted(estate)
    send(auc(0.85))
    assert ask(estate, change, Stage.DATA).answer == Answer.PASS
    assert ask(estate, change, Stage.MODEL).answer == Answer.PASS
    assert ask(estate, change, Stage.INTEGRATION).answer == Answer.PENDING


def test_result_that_is_too_bad_denies_and_one_that_only_warns_does_not(
    estate: Estate, plan: None, send: Send
) -> None:
    change = submitted(estate)
    send(auc(0.7))
    assert ask(estate, change).answer == Answer.DENIED
    send(auc(0.9))
    assert ask(estate, change).answer == Answer.PASS


def test_champion_that_moved_makes_it_stale(estate: Estate, measured: None) -> None:
    change = submitted(estate)
    versions = estate.components["credit-risk"].versions
    versions.filter(version="1").update(aliases=[])
    versions.create(version="1b", aliases=["champion"], released_at=NOW)
    decision = ask(estate, change)
    assert (decision.answer, said(decision)) == (Answer.STALE, [("stale", "PERF-01")])


def test_change_is_held_to_the_plan_of_its_submission(estate: Estate, plan: None) -> None:
    decision = ask(estate, submitted(estate))
    assert decision.checks_version == 2
    with at(NOW - timedelta(hours=2)):
        earlier = draft(estate, names=("loans",))
    assert ask(estate, earlier, when=NOW).checks_version == 2


def test_promotion_in_its_window_of_the_measured_artifact_passes_with_an_attestation(
    estate: Estate, measured: None
) -> None:
    change = approved(estate)
    decision = ask(
        estate,
        change,
        Stage.PROMOTION,
        when=IN_WINDOW,
        artifact=f"sha256:{ARTIFACT}",
        environment="production",
    )
    assert decision.answer == Answer.PASS, decision.reasons
    assert decision.expires_at == IN_WINDOW + timedelta(hours=24)
    opened = signed_statement(decision.attestation.encode())
    told = opened.statement
    assert told["subject"] == [{"name": KEY, "digest": {"sha256": ARTIFACT}}]
    assert told["predicate"]["verificationResult"] == "PASSED"
    assert told["predicate"]["countersign"]["stage"] == "promotion"
    assert told["predicate"]["countersign"]["revisionDigest"] == {"sha256": change.revision.digest}
    assert len(told["predicate"]["inputAttestations"]) == 2


def test_pass_without_an_artifact_is_about_the_change_as_it_was_revised(
    estate: Estate, measured: None
) -> None:
    change = submitted(estate)
    decision = ask(estate, change, Stage.INTEGRATION)
    told = signed_statement(decision.attestation.encode()).statement
    assert told["subject"] == [{"name": change.ref, "digest": {"sha256": change.revision.digest}}]


@pytest.mark.parametrize(
    ("artifact", "answer"),
    [("", Answer.UNKNOWN), ("cd" * 32, Answer.UNKNOWN), (ARTIFACT[:-1] + "c", Answer.UNKNOWN)],
)
def test_artifact_that_differs_by_one_digit_is_not_known(
    estate: Estate, measured: None, artifact: str, answer: Answer
) -> None:
    decision = ask(estate, approved(estate), Stage.PROMOTION, when=IN_WINDOW, artifact=artifact)
    assert decision.answer == answer


def test_what_is_not_signed_is_pending_and_names_the_roles(estate: Estate, measured: None) -> None:
    decision = ask(estate, submitted(estate), Stage.PRE_DEPLOY, artifact=ARTIFACT)
    assert decision.answer == Answer.PENDING
    assert "Model Validator" in decision.reasons[-1]["says"]


def test_window_not_open_is_pending_and_over_is_expired(estate: Estate, measured: None) -> None:
    change = approved(estate)
    assert ask(estate, change, Stage.PRE_DEPLOY, artifact=ARTIFACT).answer == Answer.PASS
    assert ask(estate, change, Stage.PROMOTION, artifact=ARTIFACT).answer == Answer.PENDING
    assert ask(estate, change, Stage.PROMOTION, when=AFTER_WINDOW, artifact=ARTIFACT).answer == Answer.EXPIRED


def test_change_that_started_passes_though_its_window_is_over(estate: Estate, measured: None) -> None:
    change = approved(estate)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=change)
    assert ask(estate, change, Stage.PROMOTION, when=AFTER_WINDOW, artifact=ARTIFACT).answer == Answer.PASS


def test_what_is_frozen_is_frozen(estate: Estate, measured: None) -> None:
    change = approved(estate)
    with at(NOW):
        window = Span(NOW, NOW, "Europe/London", "2026-11-19T05:00", "2026-11-19T10:00")
        frozen(estate.people["leila"], window)
    decision = ask(estate, change, Stage.PROMOTION, when=IN_WINDOW, artifact=ARTIFACT)
    assert decision.answer == Answer.FROZEN


def test_change_on_hold_or_withdrawn_does_not_pass(estate: Estate, measured: None) -> None:
    change = submitted(estate)
    with at(NOW):
        hold_change(actor=estate.actor("leila"), change=change, reason="Wait for the auditors.")
    assert ask(estate, change).answer == Answer.PENDING
    other = submitted(estate, names=("loans",))
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=other, reason="Not needed.")
    assert ask(estate, other).answer == Answer.DENIED


def test_every_question_is_kept_and_in_the_ledger_but_a_dry_run_leaves_nothing(
    estate: Estate, measured: None
) -> None:
    change = submitted(estate)
    before = AuditEvent.objects.count()
    dry = ask(estate, change, dry_run=True)
    assert (dry.answer, dry.attestation, GateDecision.objects.count()) == (Answer.PASS, "", 0)
    assert AuditEvent.objects.count() == before
    kept = ask(estate, change)
    entry = AuditEvent.objects.latest("pk")
    assert (entry.event, entry.object_id) == ("gate.asked", change.ref)
    assert GateDecision.objects.get() == kept


def test_same_key_gives_the_answer_that_was_given_and_another_question_is_a_conflict(
    estate: Estate, plan: None, send: Send
) -> None:
    change = submitted(estate)
    first = ask(estate, change, idempotency_key="job-1")
    send(auc(0.85))
    assert ask(estate, change, idempotency_key="job-1") == first
    with pytest.raises(Conflict):
        ask(estate, change, Stage.DATA, idempotency_key="job-1")


@pytest.mark.django_db(transaction=True)
def test_same_key_eight_times_at_once_is_one_decision(estate: Estate, measured: None) -> None:
    change = submitted(estate)
    answers = at_once(*[lambda: ask(estate, change, idempotency_key="job-1")] * 8)
    assert {one.pk for one in answers if isinstance(one, GateDecision)} == {GateDecision.objects.get().pk}


def test_what_cannot_be_asked_says_why(estate: Estate, measured: None) -> None:
    change = submitted(estate, names=("credit-risk", "loans"))
    for more, field in (
        ({"artifact": "latest"}, "artifact"),
        ({"artifact": ARTIFACT}, "component"),
        ({"component_key": "model:default/none"}, "component"),
        ({"environment": "x" * 61}, "environment"),
        ({"environment": "prod\x1b[2K"}, "environment"),
        ({"environment": "prod\u202etset"}, "environment"),
        ({"idempotency_key": "x" * 81}, "idempotency_key"),
    ):
        with pytest.raises(Invalid) as refused:
            ask(estate, change, **more)
        assert list(refused.value.fields) == [field]


def test_decision_in_the_database_refuses_any_change(estate: Estate, measured: None) -> None:
    ask(estate, submitted(estate))
    for statement in ("UPDATE gates_gatedecision SET answer = 'pass'", "DELETE FROM gates_gatedecision"):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            connection.cursor().execute(statement)


def test_failed_tests_deny(estate: Estate, plan: None, send: Send) -> None:
    send(auc(0.9))
    send(ran("failed"))
    assert said(ask(estate, submitted(estate), Stage.INTEGRATION)) == [("denied", "TEST-01")]


def test_rule_that_is_not_met_denies_with_its_remedy_and_a_waiver_sets_it_aside(
    estate: Estate, measured: None
) -> None:
    change = approved(estate, start="2026-11-21T06:00", end="2026-11-21T08:00")
    when = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    question = {"when": when, "artifact": ARTIFACT}
    decision = ask(estate, change, Stage.PROMOTION, **question)
    assert (decision.answer, said(decision)) == (Answer.DENIED, [("denied", "no-weekend")])
    assert decision.reasons[0]["says"] == "Not at a weekend: Its window touches a weekend."
    assert decision.rules_version == 2
    with at(NOW):
        waiver = ask_waiver(
            actor=estate.actor("amara"),
            rule="no-weekend",
            title="Not at a weekend",
            says=waivable("no-weekend").says,  # type: ignore[union-attr]
            scope=change.ref,
            reason="Nobody is affected.",
            compensating="Two people watch.",
            until=when + timedelta(hours=1),
        )
        grant_waiver(actor=estate.actor("leila"), waiver=waiver, approved=waiver.digest, granted_by=[])
    assert ask(estate, change, Stage.PROMOTION, **question).answer == Answer.PASS
    later = {**question, "when": when + timedelta(hours=1)}
    assert ask(estate, change, Stage.PROMOTION, **later).answer == Answer.DENIED
