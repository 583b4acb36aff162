"""What the gate, its checks and those who signed say on a model card."""

import hashlib
import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from apps.cards.models import ModelCard
from apps.cards.rules.formats import read_file, write_file
from apps.cards.services import draft_card
from apps.evidence.enums import Stage
from apps.exports.selectors import card_head, card_said, said_in_files
from apps.exports.services.reports.card import card_report
from apps.gates.services import Ask, ask_gate
from tests.api.conftest import secret_of
from tests.changes.estate import NOW, Estate, at, fresh, submitted
from tests.gates.conftest import ARTIFACT, Send, auc, ran
from tests.planning import SYSTEM, component
from tests.web.reading import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(estate: Estate, plan: None) -> ModelCard:
    return draft_card(actor=SYSTEM, version=estate.components["credit-risk"].versions.get(version="2"))


def rows(estate: Estate, card: ModelCard, who: str = "priya") -> list[dict[str, Any]]:
    with at(NOW):
        found: list[dict[str, Any]] = card_said(estate.people[who], card)["gate_results"]
    return found


def test_card_of_a_version_of_which_nothing_was_measured_has_no_gate_result(
    estate: Estate, card: ModelCard
) -> None:
    assert rows(estate, card) == []


def test_checks_stand_on_the_card_with_the_digest_of_their_evidence_before_the_gate_is_asked(
    estate: Estate, card: ModelCard, send: Send
) -> None:
    report = send(auc(0.85))
    perf, tests, load = rows(estate, card)
    assert (perf["check"], perf["verdict"], perf["link"]) == ("PERF-01: Better", "Pass", report.ref)
    assert perf["digest"] == hashlib.sha256(json.dumps(auc(0.85)).encode()).hexdigest()
    assert "0.85" in perf["measured"]
    assert [(one["verdict"], one["digest"], one["link"]) for one in (tests, load)] == [
        ("Not sent", "", "")
    ] * 2


def test_card_keeps_what_the_gate_found_when_it_was_last_asked(
    estate: Estate, card: ModelCard, send: Send
) -> None:
    send(auc(0.85))
    send(ran("failed"))
    change = submitted(estate)
    with at(NOW):
        first, last = (
            ask_gate(
                actor=estate.actor("amara"),
                change=fresh(change),
                ask=Ask(stage=Stage.INTEGRATION, artifact=ARTIFACT, component_key=card.version.component.key),
            )
            for _ in range(2)
        )
    # What comes in later is for the next question.
    send(ran())
    answer, perf, tests, _ = rows(estate, card)
    assert first.ref != answer["link"] == last.ref
    assert (answer["check"], answer["verdict"], answer["digest"]) == (
        "The gate: Integration",
        "Denied",
        ARTIFACT,
    )
    assert (perf["verdict"], tests["verdict"]) == ("Pass", "Fails")


def test_gate_results_and_approvals_are_on_the_page_the_pdf_and_over_rest_and_travel_in_files(
    estate: Estate, card: ModelCard, send: Send, client: Client
) -> None:
    report = send(auc(0.85))
    client.force_login(estate.people["priya"])
    with at(NOW):
        shown = page(client, f"/models/{card.ref}/")
        key = f"Bearer {secret_of(estate.people['priya'])}"
        answer = client.get(f"/api/v1/cards/{card.ref}/records/", headers={"authorization": key}).json()
        said = card_said(estate.people["priya"], card)
        pdf = card_report(said, card_head(card, NOW), at=NOW)
        files = said_in_files(estate.people["priya"], card)
    assert f'href="/evidence/{report.ref}/"' in shown
    assert report.file.digest in shown
    assert "Nobody has signed this edition yet." in shown
    assert [one["digest"] for one in answer["gate_results"]][:1] == [report.file.digest]
    assert answer["approvals"] == []
    printed = "".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages)
    assert report.file.digest in "".join(printed.split())
    back = read_file(write_file(files, "cyclonedx").text.encode())[1].stated
    assert back["gate_results"] == said["gate_results"]
    assert "Gate results" in {one.label for one in write_file(files, "toolkit").lost}


def test_card_of_another_model_names_no_result_of_this_one(
    estate: Estate, card: ModelCard, send: Send
) -> None:
    send(auc(0.85))
    other = component("fraud-score").versions.create(version="2", source="mlflow")
    assert rows(estate, draft_card(actor=SYSTEM, version=other)) == []
