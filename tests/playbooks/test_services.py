"""Templates in versions, and documents from their first answer to the last."""

import copy
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core.actors import person, system
from apps.core.canonical import digest
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked, Stale
from apps.playbooks.enums import DocumentState, TemplateKind
from apps.playbooks.models import Document, Template, TemplateVersion
from apps.playbooks.rules import Unfit, posted, read, shape_of
from apps.playbooks.selectors import (
    current_version,
    document_for,
    documents_visible_to,
    is_behind,
    statement_of,
    template_for,
    templates_in_use,
    templates_visible_to,
)
from apps.playbooks.services import (
    add_template,
    finish_document,
    load_templates,
    move_document,
    retire_template,
    save_document,
    start_document,
    write_template,
)
from tests.people import add_person, add_team
from tests.playbooks.schemas import ANSWERS, SMALL
from tests.races import at_once

pytestmark = pytest.mark.django_db
KIND = "rollback_plan"


@pytest.fixture
def leila() -> User:
    return add_person("leila", "change_manager")


@pytest.fixture
def amara() -> User:
    return add_person("amara", "requester")


@pytest.fixture
def template(leila: User) -> Template:
    return add_template(actor=person(leila), kind=KIND, schema=SMALL)


def newer(**more: Any) -> dict[str, Any]:
    schema = copy.deepcopy(SMALL)
    schema["properties"]["who"]["enum"] = ["Sponsor"]
    return schema | more


def written(template: Template, by: User, **answers: Any) -> Document:
    document = start_document(actor=person(by), template=template)
    return save_document(actor=person(by), document=document, title="Plan", content=ANSWERS | answers)


def events(obj: Template | Document) -> list[str]:
    kind, ref = obj.ledger_ref()
    found = AuditEvent.objects.filter(object_type=kind, object_id=ref).order_by("pk")
    return list(found.values_list("event", flat=True))


def test_template_is_added_written_and_retired_with_an_entry_each(template: Template, leila: User) -> None:
    write_template(actor=person(leila), template=template, schema=newer(), note="Sponsors decide.")
    retire_template(actor=person(leila), template=template, reason="Use TPL-2.")
    template.refresh_from_db()
    assert (template.version, template.state, template.retired_reason) == (2, "retired", "Use TPL-2.")
    assert events(template) == ["template.added", "template.written", "template.retired"]
    entry = AuditEvent.objects.get(event="template.written").entry
    assert b"Sponsors decide" not in bytes(entry)


def test_template_keeps_the_order_of_its_questions(template: Template) -> None:
    assert list(current_version(Template.objects.get()).schema["properties"]) == list(SMALL["properties"])


@pytest.mark.parametrize("role", ["requester", "owner", "auditor", "executive"])
def test_template_is_written_by_change_managers_alone(template: Template, role: str) -> None:
    actor = person(add_person("other", role))
    with pytest.raises(Forbidden):
        add_template(actor=actor, kind=KIND, schema=SMALL)
    with pytest.raises(Forbidden):
        write_template(actor=actor, template=template, schema=newer(), note="x")
    with pytest.raises(Forbidden):
        retire_template(actor=actor, template=template, reason="x")


def test_template_is_not_written_by_the_change_manager_of_one_team(template: Template) -> None:
    manager = add_person("part", "change_manager", team=add_team())
    with pytest.raises(Forbidden):
        retire_template(actor=person(manager), template=template, reason="x")


def test_template_when_another_was_faster_is_stale(template: Template, leila: User) -> None:
    write_template(actor=person(leila), template=template, schema=newer(), note="x", version=1)
    with pytest.raises(Stale):
        write_template(actor=person(leila), template=template, schema=newer(title="Y"), note="x", version=1)
    assert TemplateVersion.objects.count() == 2


def test_template_when_nothing_is_new_or_said_is_refused(template: Template, leila: User) -> None:
    for schema, note, field in ((SMALL, "x", "title"), (newer(), " \x00", "note"), ({}, "x", "/title")):
        with pytest.raises(Invalid) as refused:
            write_template(actor=person(leila), template=template, schema=schema, note=note)
        assert field in refused.value.fields
    with pytest.raises(Invalid):
        add_template(actor=person(leila), kind="poem", schema=SMALL)
    with pytest.raises(Invalid):
        retire_template(actor=person(leila), template=template, reason="")


def test_retired_template_is_neither_written_nor_begun_with(
    template: Template, leila: User, amara: User
) -> None:
    draft = written(template, amara)
    retired = retire_template(actor=person(leila), template=template, reason="Too long.")
    with pytest.raises(PolicyBlocked) as refused:
        start_document(actor=person(amara), template=retired)
    assert refused.value.remedy == "Too long."
    with pytest.raises(PolicyBlocked):
        write_template(actor=person(leila), template=retired, schema=newer(), note="x")
    with pytest.raises(IllegalTransition):
        retire_template(actor=person(leila), template=retired, reason="Again.")
    assert finish_document(actor=person(amara), document=draft).state == DocumentState.FINISHED
    assert not templates_in_use(amara).exists()
    assert template_for(amara, template.ref) is not None


def test_document_is_saved_in_any_shape_and_finished_when_valid(template: Template, amara: User) -> None:
    document = written(template, amara, minutes="soon")
    with pytest.raises(Unfit) as refused:
        finish_document(actor=person(amara), document=document)
    assert [problem.path for problem in refused.value.problems] == [("minutes",)]
    document.refresh_from_db()
    assert (document.state, document.content["minutes"]) == ("draft", "soon")
    content = ANSWERS | {"steps": [*ANSWERS["steps"], {"safe": False}]}
    save_document(actor=person(amara), document=document, title="", content=content)
    done = finish_document(actor=person(amara), document=document)
    assert done.content == ANSWERS
    assert done.digest == digest(statement_of(Document.objects.get()))
    assert done.title == "Rollback plan"
    assert events(done) == ["document.started", "document.saved", "document.saved", "document.finished"]


def test_document_when_nothing_is_new_writes_nothing(template: Template, amara: User) -> None:
    document = written(template, amara)
    save_document(actor=person(amara), document=document, title="Plan", content=ANSWERS)
    assert events(document).count("document.saved") == 1


def test_document_saved_in_another_window_is_stale(template: Template, amara: User) -> None:
    document = written(template, amara)
    with pytest.raises(Stale):
        save_document(actor=person(amara), document=document, title="Plan", content={}, edition=1)


def test_document_is_written_by_its_author_alone(template: Template, amara: User, leila: User) -> None:
    document = written(template, amara)
    acts = (
        lambda who: save_document(actor=who, document=document, title="x", content={}),
        lambda who: finish_document(actor=who, document=document),
        lambda who: move_document(actor=who, document=document),
    )
    for act in acts:
        for actor in (person(leila), system("test")):
            with pytest.raises(Forbidden):
                act(actor)
    for role in ("auditor", "executive"):
        with pytest.raises(Forbidden):
            start_document(actor=person(add_person(role, role)), template=template)


def test_finished_document_refuses_any_change(template: Template, amara: User) -> None:
    done = finish_document(actor=person(amara), document=written(template, amara))
    with pytest.raises(IllegalTransition):
        save_document(actor=person(amara), document=done, title="x", content={})
    for change in (
        lambda: Document.objects.update(title="x"),
        lambda: Document.objects.update(state="draft"),
        lambda: TemplateVersion.objects.update(source="{}"),
        lambda: done.delete(),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change()


def test_draft_keeps_its_version_until_it_is_moved(template: Template, amara: User, leila: User) -> None:
    document = written(template, amara)
    with pytest.raises(PolicyBlocked):
        move_document(actor=person(amara), document=document)
    write_template(actor=person(leila), template=template, schema=newer(), note="Sponsors decide.")
    document = Document.objects.get()
    assert (document.version.number, is_behind(document)) == (1, True)
    moved = move_document(actor=person(amara), document=document)
    assert (moved.version.number, is_behind(moved)) == (2, False)
    assert moved.leftovers == [{"label": "Who decides?", "text": "Owner"}]
    assert "who" not in moved.content
    assert events(moved)[-1] == "document.moved"


def test_finished_document_stays_with_its_version(template: Template, amara: User, leila: User) -> None:
    done = finish_document(actor=person(amara), document=written(template, amara))
    write_template(actor=person(leila), template=template, schema=newer(), note="x")
    assert not is_behind(Document.objects.get())
    assert digest(statement_of(Document.objects.get())) == done.digest


def test_documents_are_read_by_whoever_may(template: Template, amara: User, leila: User) -> None:
    document = written(template, amara)
    nobody = add_person("nobody")
    assert document_for(amara, document.ref) == document
    assert document_for(leila, document.ref) is None
    finish_document(actor=person(amara), document=document)
    assert document_for(leila, document.ref) == document
    assert document_for(leila, "DOC-x") is None
    assert not documents_visible_to(nobody).exists()
    assert not templates_visible_to(nobody).exists()
    assert template_for(nobody, template.ref) is None


def test_templates_of_the_portal_load_once_and_can_be_shown(leila: User) -> None:
    assert [template.kind for template in load_templates(actor=system("test"))] == TemplateKind.values
    call_command("load_templates", verbosity=0)
    assert Template.objects.count() == len(TemplateKind)
    for version in TemplateVersion.objects.all():
        shape = shape_of(version.schema)
        assert len(shape.fields) >= 7
        assert shape.purpose
        assert read(shape, posted(shape, {})).keys() == {
            field.name for field in shape.fields if field.kind in ("yes_no", "rows")
        }


@pytest.mark.django_db(transaction=True)
def test_finish_in_eight_threads_finishes_once(template: Template, amara: User) -> None:
    document = written(template, amara)
    ends = at_once(*[lambda: finish_document(actor=person(amara), document=document)] * 8)
    assert sum(isinstance(end, Document) for end in ends) == 1
    assert sum(isinstance(end, IllegalTransition) for end in ends) == 7
    assert events(document).count("document.finished") == 1
