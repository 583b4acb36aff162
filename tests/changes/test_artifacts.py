"""Documents that belong to a change: who may add them, and that a signature names those that were finished."""

import pytest

from apps.audit.models import AuditEvent
from apps.changes.models import Artifact
from apps.changes.rules.difference import differences_between
from apps.changes.selectors import attachable_to, attached_to, content_of
from apps.changes.services import (
    attach_document,
    begin_document,
    revise_change,
    submit_change,
    withdraw_change,
)
from apps.core import actors
from apps.core.canonical import digest
from apps.core.errors import Forbidden
from apps.playbooks.models import Document, Template
from apps.playbooks.services import add_template, finish_document, save_document, start_document
from tests.changes.estate import NOW, Estate, at, draft, fresh, submitted
from tests.playbooks.schemas import ANSWERS, SMALL

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(estate: Estate) -> Template:
    with at(NOW):
        return add_template(actor=estate.actor("leila"), kind="rollback_plan", schema=SMALL)


def finished(estate: Estate, template: Template, who: str = "amara", title: str = "Plan") -> Document:
    with at(NOW):
        document = start_document(actor=estate.actor(who), template=template)
        save_document(actor=estate.actor(who), document=document, title=title, content=ANSWERS)
        return finish_document(actor=estate.actor(who), document=document)


def test_change_without_documents_keeps_the_digest_that_it_had(estate: Estate, template: Template) -> None:
    change = submitted(estate)
    assert "documents" not in change.revision.content
    attach_document(actor=estate.actor("amara"), change=change, document=finished(estate, template))
    change = fresh(change)
    assert digest(change.revision.content) == change.revision.digest
    assert [one.signed for one in attached_to(estate.people["tomasz"], change)] == [False]


def test_document_finished_before_submission_is_signed_by_its_digest(
    estate: Estate, template: Template
) -> None:
    change = draft(estate)
    document = finished(estate, template)
    attach_document(actor=estate.actor("amara"), change=change, document=document)
    with at(NOW):
        change = submit_change(actor=estate.actor("amara"), change=fresh(change))
    (row,) = change.revision.content["documents"]
    assert (row["ref"], row["digest"], row["template"]) == (document.ref, document.digest, template.ref)
    assert [one.signed for one in attached_to(estate.people["tomasz"], fresh(change))] == [True]
    entry = AuditEvent.objects.get(event="change.document_added")
    assert document.digest.encode() in bytes(entry.entry)


def test_draft_of_a_document_is_no_part_of_what_is_signed(estate: Estate, template: Template) -> None:
    change = draft(estate)
    document = begin_document(actor=estate.actor("amara"), change=change, template=template)
    with at(NOW):
        assert "documents" not in content_of(fresh(change))
    assert [one.document for one in attached_to(estate.people["amara"], change)] == [document]
    assert attached_to(estate.people["tomasz"], change) == []


def test_next_revision_says_which_documents_are_new(estate: Estate, template: Template) -> None:
    change = submitted(estate)
    before = change.revision.content
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
    attach_document(actor=estate.actor("amara"), change=fresh(change), document=finished(estate, template))
    with at(NOW):
        change = submit_change(actor=estate.actor("amara"), change=fresh(change))
    (difference,) = differences_between(before, change.revision.content)
    assert (difference.field, difference.before) == ("Document: Plan", "")
    assert difference.after.startswith("DOC-1, written with TPL-1, version 1")


def test_document_is_added_once_by_those_who_run_the_change(estate: Estate, template: Template) -> None:
    change = submitted(estate)
    for who in ("amara", "priya", "leila"):
        attach_document(actor=estate.actor(who), change=change, document=finished(estate, template, who))
    attach_document(actor=estate.actor("amara"), change=change, document=Document.objects.first())
    assert Artifact.objects.count() == 3
    for who in ("tomasz", "ruth", "henrik"):
        with pytest.raises(Forbidden):
            attach_document(actor=estate.actor(who), change=change, document=Document.objects.first())
    with pytest.raises(Forbidden):
        attach_document(actor=actors.system("x"), change=change, document=Document.objects.first())
    assert Artifact.objects.count() == 3


def test_draft_of_another_is_not_added(estate: Estate, template: Template) -> None:
    theirs = start_document(actor=estate.actor("priya"), template=template)
    with pytest.raises(Forbidden):
        attach_document(actor=estate.actor("amara"), change=submitted(estate), document=theirs)


def test_change_that_is_over_takes_no_document(estate: Estate, template: Template) -> None:
    change = submitted(estate)
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=change, reason="Not now.")
    with pytest.raises(Forbidden):
        attach_document(
            actor=estate.actor("amara"), change=fresh(change), document=finished(estate, template)
        )


def test_documents_that_can_be_added_are_ones_own_and_not_there_yet(
    estate: Estate, template: Template
) -> None:
    change = submitted(estate)
    held, own = finished(estate, template), finished(estate, template, title="Other")
    finished(estate, template, "priya")
    attach_document(actor=estate.actor("amara"), change=change, document=held)
    assert attachable_to(estate.people["amara"], change) == [own]
