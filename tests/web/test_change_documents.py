"""The documents of a change on its pages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.changes.models import Artifact
from apps.changes.services import attach_document, submit_change
from apps.playbooks.models import Document, Template
from apps.playbooks.services import add_template
from tests.changes.estate import NOW, Estate, at, draft, fresh, submitted
from tests.changes.test_artifacts import finished
from tests.playbooks.schemas import SMALL
from tests.web.reading import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(estate: Estate) -> Template:
    return add_template(actor=estate.actor("leila"), kind="rollback_plan", schema=SMALL)


def test_document_is_begun_and_added_from_the_change(
    client: Client, estate: Estate, template: Template
) -> None:
    change = submitted(estate)
    client.force_login(estate.people["amara"])
    path = f"/changes/{change.ref}/documents/"
    assert path in page(client, f"/changes/{change.ref}/")
    begun = client.post(path, {"template": template.ref})
    document = Document.objects.get()
    assert begun["Location"] == f"/documents/{document.ref}/edit/"
    assert "Not finished: only you see it" in page(client, path)
    own = finished(estate, template, title="Written before")
    assert client.post(path, {"document": "DOC-99"}).status_code == 422
    text = client.post(path, {"document": own.ref}, follow=True).content.decode()
    assert "Added after revision 1" in text
    assert Artifact.objects.count() == 2


def test_signed_document_is_on_the_page_of_the_change_and_of_its_revision(
    client: Client, estate: Estate, template: Template
) -> None:
    change = draft(estate)
    document = finished(estate, template, title="How we go back")
    attach_document(actor=estate.actor("amara"), change=change, document=document)
    with at(NOW):
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    client.force_login(estate.people["tomasz"])
    assert "Part of revision 1" in page(client, f"/changes/{change.ref}/")
    text = page(client, f"/changes/{change.ref}/revisions/1/")
    assert document.digest in text
    assert f'href="/documents/{document.ref}/"' in text


def test_whoever_does_not_run_the_change_adds_nothing_and_reads_why(
    client: Client, estate: Estate, template: Template
) -> None:
    change = submitted(estate)
    client.force_login(estate.people["tomasz"])
    path = f"/changes/{change.ref}/documents/"
    assert "a lead of the plan or a Change Manager can add documents to this change" in page(client, path)
    assert client.post(path, {"template": template.ref}).status_code == 403
    assert not Document.objects.exists()
    hidden = draft(estate)
    page(client, f"/changes/{hidden.ref}/documents/", 404)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_with_documents_ask_the_same(
    client: Client, estate: Estate, template: Template, count: int
) -> None:
    change = submitted(estate)
    for _ in range(count):
        attach_document(actor=estate.actor("amara"), change=change, document=finished(estate, template))
        finished(estate, template)
        add_template(actor=estate.actor("leila"), kind="test_report", schema=SMALL)
    client.force_login(estate.people["amara"])
    for path, queries in ((f"/changes/{change.ref}/documents/", 9),):
        page(client, path)
        with CaptureQueriesContext(connection) as captured:
            page(client, path)
        assert len(captured) == queries
