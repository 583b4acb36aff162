"""Drafts of cards that records fill by themselves."""

import pytest
from django.test import Client

from apps.cards.models import ModelCard
from apps.cards.selectors import content_of
from apps.cards.services import draft_card, submit_card, write_edition
from apps.core.errors import Forbidden
from apps.gates.services import draft_from_records
from apps.outbox.services import deliver_due
from tests.cards.filled import whole
from tests.changes.estate import Estate
from tests.gates.conftest import Send, auc
from tests.planning import SYSTEM
from tests.web.reading import page

pytestmark = pytest.mark.django_db


def measured(card: ModelCard) -> list[tuple[str, float, str]]:
    card.refresh_from_db()
    return [(row["name"], row["value"], row["source"]) for row in content_of(card)["metrics"]]


def test_card_that_is_started_holds_what_was_measured_and_what_the_registry_says(
    estate: Estate, send: Send
) -> None:
    report = send(auc(0.85))
    version = report.version
    version.description = "Scores loans."
    version.save()
    card = draft_from_records(actor=estate.actor("priya"), version=version)
    assert measured(card) == [("auc", 0.85, report.ref)]
    assert content_of(card)["overview"] == "Scores loans."
    assert [one.written_by for one in card.editions.all()] == [None, estate.people["priya"]]
    again = draft_from_records(actor=estate.actor("priya"), version=version)
    assert (again.pk, again.edition) == (card.pk, 2)


def test_card_of_somebody_else_is_not_started(estate: Estate, send: Send) -> None:
    version = send(auc(0.85)).version
    with pytest.raises(Forbidden):
        draft_from_records(actor=estate.actor("ruth"), version=version)
    assert not ModelCard.objects.exists()


def test_evidence_that_arrives_fills_a_draft_leaves_what_a_person_wrote_and_is_said_on_the_page(
    estate: Estate, send: Send, client: Client
) -> None:
    version = estate.components["credit-risk"].versions.get(version="2")
    card = draft_card(actor=SYSTEM, version=version)
    mine = [{"name": "auc", "value": 0.7, "source": "By hand"}]
    card = write_edition(
        actor=estate.actor("priya"), card=card, fields={"overview": "Mine.", "metrics": mine}
    )
    document = auc(0.85)
    document["metrics"].append({"name": "ks", "challenger": {"value": 0.5, "n": 900}})
    report = send(document)
    assert measured(card) == [("auc", 0.7, "By hand")], "the sender waits for nothing"
    deliver_due()
    deliver_due()
    assert measured(card) == [("auc", 0.7, "By hand"), ("ks", 0.5, report.ref)]
    assert (card.edition, content_of(card)["overview"]) == (3, "Mine.")
    client.force_login(estate.people["priya"])
    shown = page(client, f"/models/{card.ref}/")
    assert "Filled in by the portal on" in shown
    assert f'Metrics, from <a href="/evidence/{report.ref}/">Evidence {report.ref}' in shown
    write_edition(actor=estate.actor("priya"), card=card, fields={"overview": "Read, and mine."})
    assert "Filled in by the portal on" not in page(client, f"/models/{card.ref}/")


def test_evidence_that_arrives_leaves_a_card_that_is_out_to_be_signed(estate: Estate, send: Send) -> None:
    version = estate.components["credit-risk"].versions.get(version="2")
    card = draft_card(actor=SYSTEM, version=version)
    card = write_edition(actor=SYSTEM, card=card, fields=whole(estate.people["priya"]))
    submit_card(actor=estate.actor("priya"), card=card)
    send(auc(0.85))
    deliver_due()
    card.refresh_from_db()
    assert (card.edition, card.state) == (2, "in_review")
