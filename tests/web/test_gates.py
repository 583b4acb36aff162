"""The pages of gates, evidence and checks: what they show, what they take, and to whom."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.approvals.models import Round
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.core.actors import person
from apps.evidence.enums import Category, PlanState, Stage
from apps.evidence.models import CheckPlan, Report
from apps.evidence.rules.checks import STARTER, Demand, Plan
from apps.evidence.selectors import plan_in_force
from apps.gates.services import Ask, ask_gate, ask_rule_waiver, propose_plan
from apps.web.checks_evidence import differences
from tests.changes.estate import NOW, Estate, add_component, at, submitted
from tests.evidence.test_receiving import checks
from tests.gates.conftest import ARTIFACT, Send, auc, measured, plan, ran, send
from tests.people import add_person, asked_of, sign

pytestmark = pytest.mark.django_db
__all__ = ["measured", "plan", "send"]
"""Fixtures that stand beside the gate's own tests."""


def signed_in(estate: Estate, name: str = "amara") -> Client:
    client = Client()
    client.force_login(estate.people.get(name) or add_person(name))
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


@pytest.mark.parametrize("asked", [True, False])
def test_change_page_fetches_its_stages_from_a_page_that_has_them_in_short(
    estate: Estate, asked: bool, request: pytest.FixtureRequest
) -> None:
    if asked:
        request.getfixturevalue("plan")
    client, change = signed_in(estate), submitted(estate)
    gates = f"/changes/{change.ref}/gates/"
    shown = page(client, f"/changes/{change.ref}/")
    assert f'hx-get="{gates}" hx-trigger="revealed" hx-select="#in-short, #else"' in shown
    assert f'<p><a href="{gates}">See how each stage stands</a></p>' in shown  # without scripts
    fetched = page(client, gates)
    assert (fetched.count('id="in-short"'), fetched.count('<section class="section" id="else"')) == (1, 1)


def test_gates_without_checks_say_that_nothing_is_asked(estate: Estate) -> None:
    shown = page(signed_in(estate), f"/changes/{submitted(estate).ref}/gates/")
    assert "Nothing has to be measured of what it moves." in shown
    assert "Nobody has asked yet." in shown


def test_gates_show_each_check_with_what_is_missing_and_each_result_with_its_evidence(
    estate: Estate, plan: None, send: Send
) -> None:
    change = submitted(estate)
    report = send(auc(0.7))
    with at(NOW):
        shown = page(signed_in(estate), f"/changes/{change.ref}/gates/")
    assert f"May {change.ref} go out? No" in shown
    assert "auc 0.7, in use 0.8" in shown
    assert "Train it again." in shown
    assert f"/evidence/{report.ref}/" in shown
    assert "Not measured yet" in shown
    assert "Tomasz Wojcik, Model Validator" in shown


def test_check_that_fails_names_the_waiver_asked_for_and_who_signs_it_reads_what_was_measured(
    estate: Estate, plan: None, send: Send
) -> None:
    change = submitted(estate)
    send(auc(0.7))
    client, gates = signed_in(estate), f"/changes/{change.ref}/gates/"
    with at(NOW):
        assert "Ask for a waiver" in page(client, gates)
        ask_rule_waiver(
            actor=estate.actor("amara"), rule="PERF-01", scope=change.ref,
            reason="October is late.", compensating="Two people look.", until=NOW + timedelta(days=9),
        )  # fmt: skip
        shown = page(client, gates)
        assert "Ask for a waiver" not in shown
        assert 'href="/rules/waivers/1/">RWV-1</a> asks to set it aside.' in shown
        assert "auc 0.7, in use 0.8" in page(client, "/rules/waivers/1/")
        asked = Round.objects.get(subject_type="rule_waiver").requirements.get()
        signing = page(signed_in(estate, "tomasz"), f"/approvals/{asked.pk}/sign/")
    assert asked.role == Role.VALIDATOR
    assert "auc 0.7, in use 0.8" in signing
    assert "what is done instead makes up for what is set aside" in signing
    assert "the new version does what it should" not in signing


def test_gates_of_a_change_that_is_over_ask_no_more_whether_it_may_go_out(
    estate: Estate, plan: None, send: Send
) -> None:
    change = submitted(estate)
    send(auc(0.7))
    client, gates = signed_in(estate), f"/changes/{change.ref}/gates/"
    with at(NOW):
        assert '<li class="no">' in page(client, gates)
        assert "What else keeps it closed" in page(client, gates)
        Change.objects.filter(pk=change.pk).update(state=ChangeState.CLOSED)
        shown = page(client, gates)
    assert f"{change.ref} is over" in shown
    assert "What else keeps it closed" not in shown
    assert "See what to clear" not in shown


def test_gates_say_what_adds_to_the_risk_term_by_term_with_its_source(estate: Estate) -> None:
    shown = page(signed_in(estate), f"/changes/{submitted(estate).ref}/gates/")
    assert "31 points: moderate from 20, high from 40, severe from 60." in shown
    assert '/rules/versions/1/#risk-tier">The gravest tier that it moves</a>' in shown
    assert '<td data-l="Points">+18</td>' in shown
    assert "SR 26-2: tiers of materiality" in shown
    assert '<td data-l="Counted from">2<small>The gravest tier that it moves, 1 gravest to 4</small>' in shown
    assert "0 of 0 changes failed. With the 2 of 20 that anyone starts with, that counts as 10.0%." in shown


def test_gates_cost_as_many_queries_for_much_evidence_as_for_little(
    estate: Estate, plan: None, send: Send
) -> None:
    change, client = submitted(estate), signed_in(estate)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, f"/changes/{change.ref}/gates/")
        return len(queries)

    send(auc(0.85))
    send(ran())
    asked()
    one = asked()
    for value in (0.86, 0.87, 0.88):
        send(auc(value))
    assert asked() == one


def test_file_that_is_sent_from_the_page_shows_its_results_and_again_says_that_it_is_there(
    estate: Estate,
) -> None:
    change, client = submitted(estate), signed_in(estate)
    path = f"/changes/{change.ref}/evidence/"
    assert "Nothing was sent yet." in page(client, path)

    def post() -> Any:
        file = SimpleUploadedFile("run.json", checks("a", "b"))
        fields = {"file": file, "component": "model:default/credit-risk", "measured_at": "2026-11-01T08:00"}
        return client.post(path, fields, follow=True)

    shown = post().content.decode()
    assert "is taken: Checks, passed." in shown
    assert "<p>2 passed</p>" in shown
    assert "This file was sent before." in post().content.decode()
    report = Report.objects.get()
    assert "b" in page(client, f"/evidence/{report.ref}/?outcome=passed")
    assert client.get(f"/evidence/{report.ref}/file/").content == checks("a", "b")
    assert report.ref in page(client, path)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"file": b""}, "The file is empty."),
        ({"file": b"hello"}, "neither JSON nor XML"),
        ({"artifact": "latest"}, "64 hexadecimal digits"),
        ({"component": "model:default/none"}, "not one of the available choices"),
        ({"source_url": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_file_that_cannot_be_taken_says_why_at_its_field(
    estate: Estate, fields: dict[str, Any], reason: str
) -> None:
    change = submitted(estate)
    given = {"file": checks(), "component": "model:default/credit-risk"} | fields
    given["file"] = SimpleUploadedFile("run.json", given["file"])
    answer = signed_in(estate).post(f"/changes/{change.ref}/evidence/", given)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Report.objects.exists()


def test_what_the_gate_was_asked_stands_with_its_answer_and_its_attestation(
    estate: Estate, measured: None
) -> None:
    change, client = submitted(estate), signed_in(estate, "ruth")
    with at(NOW):
        passed = ask_gate(actor=estate.actor("amara"), change=change, ask=Ask(Stage.INTEGRATION))
        closed = ask_gate(
            actor=estate.actor("amara"), change=change, ask=Ask(Stage.PRE_DEPLOY, artifact=ARTIFACT)
        )
    assert passed.ref in page(client, f"/changes/{change.ref}/gates/")
    assert "Not signed yet" in page(client, f"/changes/{change.ref}/gates/asked/")
    assert "Nothing spoke against it." in page(client, f"/gate/{passed.ref}/")
    assert "They sign in the portal." in page(client, f"/gate/{closed.ref}/")
    assert json.loads(client.get(f"/gate/{passed.ref}/attestation.json").content)["payloadType"]
    assert client.get(f"/gate/{closed.ref}/attestation.json").status_code == 404


def test_stranger_finds_none_of_it(estate: Estate, measured: None) -> None:
    change, client = submitted(estate), signed_in(estate, "zoe")
    with at(NOW):
        decision = ask_gate(actor=estate.actor("amara"), change=change, ask=Ask(Stage.MODEL))
    report = Report.objects.first()
    assert report is not None
    for path in (
        f"/changes/{change.ref}/gates/",
        f"/changes/{change.ref}/gates/asked/",
        f"/changes/{change.ref}/evidence/",
        f"/evidence/{report.ref}/",
        f"/evidence/{report.ref}/file/",
        f"/gate/{decision.ref}/",
        f"/gate/{decision.ref}/attestation.json",
    ):
        assert client.get(path).status_code == 404, path


def test_checks_are_proposed_by_one_and_in_force_when_another_has_signed(estate: Estate) -> None:
    other = add_person("mara", Role.CHANGE_MANAGER)
    client = signed_in(estate, "leila")
    assert "Begin with the starter plan" in page(client, "/checks/")
    page(client, "/checks/new/")
    answer = client.post("/checks/new/", {"document": json.dumps(STARTER.document()), "reason": "We start."})
    assert answer["Location"] == "/checks/2/"
    assert "Take it back" in page(client, "/checks/2/")
    plan = CheckPlan.objects.get()
    round_ = Round.objects.get(subject_type="checks")
    sign(
        actor=person(other),
        requirement=asked_of(round_, Role.CHANGE_MANAGER),
        digest=plan.digest,
        decision="approve",
    )
    assert plan_in_force().number == 2
    assert "Signals have not shifted since training" in page(client, "/checks/")


def test_approver_of_checks_sees_why_what_differs_and_all_of_them(estate: Estate) -> None:
    other = add_person("mara", Role.CHANGE_MANAGER)
    propose_plan(actor=estate.actor("leila"), document=STARTER.document(), reason="We start to measure.")
    asked = asked_of(Round.objects.get(subject_type="checks"), Role.CHANGE_MANAGER)
    client = Client()
    client.force_login(other)
    shown = page(client, f"/inbox/{asked.pk}/")
    for said in (
        "We start to measure.",
        "What is different from version 1",
        "Owner of Model",
        "Open these checks",
    ):
        assert said in shown, said
    assert "What is different from version 1" in page(client, "/checks/2/")
    assert f'href="/approvals/{asked.pk}/sign/">' in page(client, "/checks/2/")
    assert "Asked to approve" in page(signed_in(estate, "leila"), "/checks/2/")
    assert asked.question in page(client, "/inbox/?kind=checks")
    assert asked.question not in page(client, "/inbox/?kind=policy")
    sign(actor=person(other), requirement=asked, digest=CheckPlan.objects.get().digest, decision="approve")
    assert "Superseded" in page(client, "/checks/1/")
    ledger = page(client, "/ledger/?kind=evidence")
    assert "Put version 2 of the checks in force" in ledger
    assert 'href="/checks/2/"' in ledger


@pytest.mark.parametrize(
    "moved",
    [
        {"name": "A", "remedy": "B"}, {"stage": Stage.DATA}, {"category": Category.DRIFT}, {"metric": "f1"},
        {"demand": Demand.BOUND}, {"bound": 0.5}, {"at_least": False}, {"by_interval": True}, {"each_segment": True},
        {"smallest_sample": 9}, {"smallest_segment": 9}, {"kinds": ()}, {"tiers": (4,)}, {"blocks": False},
        {"fresh_for": None}, {"fresh_for": timedelta(minutes=90)}, {"remedy": "Another."},
    ],
)  # fmt: skip
def test_difference_of_a_check_leaves_nothing_out(moved: dict[str, Any]) -> None:
    check = next(one for one in STARTER.checks if one.id == "PERF-01")
    other = replace(check, **moved)
    (found,) = differences(Plan((check,)), Plan((other,)))
    assert found.what == "PERF-01"
    assert found.before != found.after


def test_gates_of_two_models_point_to_the_check_of_each(estate: Estate, plan: None) -> None:
    estate.components["fraud"] = add_component("model", "fraud", estate.team)
    change = submitted(estate, names=("credit-risk", "fraud"))
    shown = page(signed_in(estate), f"/changes/{change.ref}/gates/")
    for name in ("credit-risk", "fraud"):
        assert shown.count(f'id="PERF-01-{estate.components[name].pk}"') == 1


def test_ledger_leads_from_evidence_and_from_the_gate_to_their_pages(estate: Estate, measured: None) -> None:
    change = submitted(estate)
    with at(NOW):
        decision = ask_gate(actor=estate.actor("amara"), change=change, ask=Ask(Stage.MODEL))
    ledger = page(signed_in(estate, "leila"), "/ledger/?kind=evidence")
    assert f'href="/evidence/{Report.objects.latest("pk").ref}/"' in ledger
    assert f"Asked the gate, stage model: pass ({decision.ref})" in ledger


def test_checks_that_cannot_be_say_where_and_may_be_taken_back_until_decided(estate: Estate) -> None:
    add_person("mara", Role.CHANGE_MANAGER)
    client = signed_in(estate, "leila")
    for document, reason in (
        ("{", "This is not JSON. Line 1"),
        ('{"checks": [{}]}', "checks.0.id: This is needed."),
    ):
        answer = client.post("/checks/new/", {"document": document, "reason": "We start."})
        assert answer.status_code == 422
        assert reason in answer.content.decode()
    propose_plan(actor=estate.actor("leila"), document=STARTER.document(), reason="We start.")
    assert client.post("/checks/2/")["Location"] == "/checks/"
    assert CheckPlan.objects.get().state == PlanState.WITHDRAWN
    assert client.get("/checks/99/").status_code == 404
    assert signed_in(estate, "amara").get("/checks/new/").status_code == 403
