"""The contracts of a change on its pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.changes.models import Change, ProposedContract
from apps.changes.services import compare_contracts, submit_change
from apps.changes.services import contracts as proposing
from apps.core import actors
from tests.changes.contracts import BREAKS, IN_FORCE, SAFE, a_contract, an_owner_of_the_job, written
from tests.changes.estate import NOW, Estate, at, draft, fresh
from tests.web.reading import page

pytestmark = pytest.mark.django_db
SCORES = "api:default/scores"


def send(client: Client, change: Change, document: object = BREAKS) -> str:
    content = document if isinstance(document, bytes) else written(document)
    given = {"contract": SCORES, "file": SimpleUploadedFile("scores.json", content)}
    return client.post(f"/changes/{change.ref}/contracts/", given, follow=True).content.decode()


def test_new_version_is_compared_and_those_asked_are_named_before_submission(
    client: Client, estate: Estate
) -> None:
    a_contract(estate)
    an_owner_of_the_job(estate)
    change = draft(estate)
    client.force_login(estate.people["amara"])
    check = f"/changes/{change.ref}/edit/check/"
    assert "Scores stays as it is" in page(client, check)
    shown = send(client, change)
    assert "The new version of Scores is compared: breaking." in shown
    assert "Their owners are asked to sign:" in shown
    assert "properties" in shown
    told = page(client, check)
    assert "Asked to sign: the owner of nightly-report" in told
    assert "Service Owner, nightly-report" in told
    shown = send(client, change, SAFE)
    assert "Their owners are told:" in shown
    told = page(client, check)
    assert "Told: the owner of nightly-report" in told
    assert "Service Owner, nightly-report" not in told
    row = ProposedContract.objects.get(dropped_at=None)
    text = client.post(f"/changes/{change.ref}/contracts/", {"drop": row.pk}, follow=True).content.decode()
    assert "brings no new version" in text
    assert client.post(f"/changes/{change.ref}/contracts/", {"drop": row.pk}).status_code == 404


def test_whoever_signs_reads_what_breaks_and_by_which_rule_they_are_asked(
    client: Client, estate: Estate
) -> None:
    a_contract(estate)
    nadia = an_owner_of_the_job(estate)
    change = draft(estate)
    client.force_login(estate.people["amara"])
    send(client, change)
    with at(NOW):
        change = submit_change(actor=estate.actor("amara"), change=fresh(change))
    asked = change.round.requirements.get(component_key=estate.components["nightly-report"].key)
    client.force_login(nadia)
    with at(NOW):
        text = page(client, f"/inbox/{asked.pk}/")
        assert "nightly-report relies on Scores, which this breaks." in text
        assert "New versions of contracts" in text
        assert "Whoever relies on a contract that breaks is asked" in page(
            client, f"/changes/{change.ref}/asked/"
        )
        assert f'href="/changes/{change.ref}/contracts/"' in page(client, f"/changes/{change.ref}/")
    shown = page(client, f"/changes/{change.ref}/contracts/")
    assert "Only Amara Okafor, who asked for this change, can edit it." in shown
    assert "Take it back" not in shown
    assert client.post(f"/changes/{change.ref}/contracts/", {"drop": "1"}).status_code == 403


def test_file_that_cannot_be_compared_is_refused_at_its_field(client: Client, estate: Estate) -> None:
    a_contract(estate)
    change = draft(estate)
    client.force_login(estate.people["amara"])
    assert "This is the definition of Scores that is in force." in send(client, change, IN_FORCE)
    assert "The file is empty." in send(client, change, b"")
    assert client.post(f"/changes/{change.ref}/contracts/", {}).status_code == 422
    assert not ProposedContract.objects.exists()


def test_large_file_shows_that_it_is_compared_until_it_is(
    client: Client, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "AT_ONCE", 10)
    a_contract(estate)
    change = draft(estate)
    client.force_login(estate.people["amara"])
    path = f"/changes/{change.ref}/contracts/"
    assert "compared in the background" in send(client, change)
    assert 'hx-trigger="every 2s"' in page(client, path)
    assert "still being compared" in page(client, f"/changes/{change.ref}/edit/check/")
    compare_contracts(actor=actors.system("contracts"))
    part = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-trigger" not in part
    assert "are compared.</div>" in part


def test_page_costs_as_many_queries_for_many_consumers_as_for_one(client: Client, estate: Estate) -> None:
    contract = a_contract(estate)
    change = draft(estate)
    client.force_login(estate.people["amara"])
    send(client, change)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page(client, f"/changes/{change.ref}/contracts/")
        return len(found)

    before = queries()
    estate.components["loan-decision"].dependencies.update(contract=contract)
    assert queries() == before
