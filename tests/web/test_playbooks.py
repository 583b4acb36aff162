"""The pages of templates and documents: plain posts, errors at the question, the same cost at any size."""

import copy
import hashlib
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.playbooks.models import Document, Template, TemplateVersion
from apps.playbooks.rules import editor_content, editor_schema, posted, shape_of
from apps.playbooks.services import (
    add_template,
    finish_document,
    retire_template,
    save_document,
    start_document,
    write_template,
)
from tests.people import add_person
from tests.playbooks.schemas import ANSWERS, SMALL
from tests.web.reading import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def leila() -> User:
    return add_person("leila", "change_manager")


@pytest.fixture
def amara(client: Client) -> User:
    user = add_person("amara", "requester")
    client.force_login(user)
    return user


@pytest.fixture
def template(leila: User) -> Template:
    return add_template(actor=person(leila), kind="rollback_plan", schema=SMALL)


@pytest.fixture
def draft(template: Template, amara: User) -> Document:
    return start_document(actor=person(amara), template=template)


def sent(document: Document, act: str, **answers: Any) -> dict[str, str]:
    """Return what the form of a document sends."""
    content = {name: value for name, value in (ANSWERS | answers).items() if value is not None}
    fields = posted(shape_of(SMALL), content)
    return fields | {"act": act, "edition": str(document.edition), "document-title": "Plan"}


def test_document_is_begun_written_and_finished_by_plain_posts(
    client: Client, template: Template, amara: User
) -> None:
    assert "Begin a document" in page(client, f"/templates/{template.ref}/")
    begun = client.post(f"/templates/{template.ref}/start/")
    document = Document.objects.get()
    assert begun["Location"] == f"/documents/{document.ref}/edit/"
    text = page(client, begun["Location"])
    assert 'name="minutes"' in text
    assert "From 1 to 600." in text
    saved = client.post(begun["Location"], sent(document, "leave"))
    assert saved["Location"] == "/documents/"
    assert "Plan" in page(client, "/documents/")
    document.refresh_from_db()
    assert document.content == ANSWERS
    done = client.post(begun["Location"], sent(document, "finish"), follow=True)
    text = done.content.decode()
    document.refresh_from_db()
    assert document.digest in text
    assert "Nobody can change it now" in text
    assert client.get(begun["Location"]).status_code == 302


def test_rows_are_added_moved_and_taken_away_and_keep_what_was_typed(client: Client, draft: Document) -> None:
    path = f"/documents/{draft.ref}/edit/"
    answer = client.post(path, sent(draft, "add:steps", when="Half a sentence", minutes="soon"))
    assert answer["Location"] == f"{path}#id_steps-2-text"
    draft.refresh_from_db()
    assert (draft.content["when"], draft.content["minutes"]) == ("Half a sentence", "soon")
    assert 'value="soon"' in page(client, path)
    assert len(draft.content["steps"]) == 3
    answer = client.post(path, sent(draft, "up:steps:1"))
    draft.refresh_from_db()
    assert answer["Location"] == f"{path}#id_steps-0-text"
    assert [row["text"] for row in draft.content["steps"]] == ["Go back", "Stop"]
    answer = client.post(path, sent(draft, "remove:steps:0"))
    draft.refresh_from_db()
    assert answer["Location"] == f"{path}#id_steps-add"
    assert [row["text"] for row in draft.content["steps"]] == ["Go back"]


@pytest.mark.parametrize(
    "act", ["add:nothing", "remove:steps:99", "up:steps:0", "remove:steps:x", "dance", ""]
)
def test_buttons_that_are_not_there_only_save(client: Client, draft: Document, act: str) -> None:
    assert client.post(f"/documents/{draft.ref}/edit/", sent(draft, act)).status_code == 302
    draft.refresh_from_db()
    assert draft.content == ANSWERS


def test_finish_with_errors_says_them_at_the_question_and_in_the_summary(
    client: Client, draft: Document
) -> None:
    data = sent(draft, "finish", when=None, minutes=0, steps=[{"minutes": "soon", "safe": True}])
    response = client.post(f"/documents/{draft.ref}/edit/", data)
    assert response.status_code == 422
    text = response.content.decode()
    assert "<title>Error:" in text
    for target, said in (
        ("id_when", "Answer “When do we go back?”"),
        ("id_minutes", "Minutes must be 1 or more"),
        ("id_steps-0-text", "Steps, row 1. What to do is missing"),
        ("id_steps-0-minutes", "Steps, row 1. Minutes of the step: write a whole number, such as 12"),
    ):
        assert f'<a href="#{target}">{said}</a>' in text
        assert len(re.findall(f'id="{target}"', text)) == 1
        described = re.search(rf'<(?:input|textarea)[^>]*id="{target}"[^>]*>', text)
        assert described is not None
        assert 'aria-invalid="true"' in described[0]
        assert f"{target}-error" in described[0]
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert draft.content["minutes"] == 0


def test_document_saved_in_another_window_keeps_both(client: Client, draft: Document, amara: User) -> None:
    save_document(actor=person(amara), document=draft, title="Theirs", content={})
    response = client.post(f"/documents/{draft.ref}/edit/", sent(draft, "save"))
    text = response.content.decode()
    assert response.status_code == 409
    assert "in another window" in text
    assert "Approvals fall." in text
    edition = re.search(r'name="edition" value="(\d+)"', text)
    assert edition is not None
    again = sent(draft, "save") | {"edition": edition[1]}
    assert client.post(f"/documents/{draft.ref}/edit/", again).status_code == 302
    draft.refresh_from_db()
    assert draft.content == ANSWERS


def test_draft_says_that_its_template_is_newer_and_is_moved(
    client: Client, draft: Document, template: Template, amara: User, leila: User
) -> None:
    save_document(actor=person(amara), document=draft, title="Plan", content=ANSWERS)
    assert client.get(f"/documents/{draft.ref}/move/").status_code == 302
    newer = copy.deepcopy(SMALL)
    del newer["properties"]["by"]
    write_template(actor=person(leila), template=template, schema=newer, note="Nobody needs the day.")
    text = page(client, f"/documents/{draft.ref}/edit/")
    assert "newer version" in text
    assert 'name="by"' in text
    text = page(client, f"/documents/{draft.ref}/move/")
    for said in ("Nobody needs the day.", "2026-11-19", "Not asked any more"):
        assert said in text
    moved = client.post(f"/documents/{draft.ref}/move/", follow=True).content.decode()
    assert "What found no place" in moved
    assert "2026-11-19" in moved
    assert 'name="by"' not in moved


def test_documents_of_others_are_not_found_and_the_look_is_recorded(
    client: Client, draft: Document, leila: User
) -> None:
    client.force_login(leila)
    for path in ("", "edit/", "move/"):
        page(client, f"/documents/{draft.ref}/{path}", 404)
        assert client.post(f"/documents/{draft.ref}/{path}").status_code in (404, 405)
    assert AuditEvent.objects.filter(event="access.denied", object_id=draft.ref).count() >= 5
    page(client, "/documents/DOC-99/", 404)
    assert "Plan" not in page(client, "/documents/")


def test_finished_document_of_another_is_read_and_not_written(
    client: Client, draft: Document, amara: User, leila: User
) -> None:
    save_document(actor=person(amara), document=draft, title="Plan", content=ANSWERS)
    finish_document(actor=person(amara), document=draft)
    client.force_login(leila)
    assert "Approvals fall.<br>Or complaints rise." in page(client, f"/documents/{draft.ref}/")
    assert client.post(f"/documents/{draft.ref}/edit/", sent(draft, "save")).status_code == 403


def test_finished_document_is_downloaded_as_the_bytes_of_its_digest(
    client: Client, draft: Document, amara: User
) -> None:
    path = f"/documents/{draft.ref}/statement.json"
    page(client, path, 404)
    save_document(actor=person(amara), document=draft, title="Plan", content=ANSWERS)
    done = finish_document(actor=person(amara), document=draft)
    client.force_login(add_person("femi", "auditor"))
    assert hashlib.sha256(client.get(path).content).hexdigest() == done.digest


def test_reader_begins_nothing(client: Client, template: Template) -> None:
    client.force_login(add_person("femi", "auditor"))
    assert "Begin" not in page(client, "/templates/")
    assert client.post(f"/templates/{template.ref}/start/").status_code == 403
    assert client.get(f"/templates/{template.ref}/start/").status_code == 405
    for path in ("new/", f"{template.ref}/edit/", f"{template.ref}/retire/"):
        page(client, f"/templates/{path}", 403)
        assert client.post(f"/templates/{path}").status_code == 403
    client.force_login(add_person("new"))
    page(client, f"/templates/{template.ref}/", 404)
    assert "There are no templates yet" in page(client, "/templates/")


def edited(template: Template | None, act: str, **more: Any) -> dict[str, str]:
    """Return what the editor sends: the small template, with changes."""
    content = editor_content(SMALL) | {"note": "New words."} | more
    fields = posted(shape_of(editor_schema(new=template is None)), content)
    return fields | {"act": act, "version": "1"}


@pytest.fixture
def editing(client: Client, leila: User) -> Client:
    client.force_login(leila)
    return client


def test_template_is_edited_previewed_and_saved(editing: Client, template: Template) -> None:
    path = f"/templates/{template.ref}/edit/"
    text = page(editing, path)
    assert 'value="When do we go back?"' in text
    assert 'name="try-when"' in text
    rows = editor_content(SMALL)["questions"]
    rows[0]["label"] = "What makes us go back?"
    preview = editing.post(path, edited(template, "preview", questions=rows, note=""))
    assert preview.status_code == 200
    assert "What makes us go back?" in preview.content.decode().partition('id="preview"')[2]
    assert TemplateVersion.objects.count() == 1
    saved = editing.post(path, edited(template, "save", questions=rows), follow=True).content.decode()
    assert "Version 2 is in force" in saved
    version = TemplateVersion.objects.first()
    assert version is not None
    assert version.schema["properties"]["when"]["title"] == "What makes us go back?"
    assert list(version.schema["properties"]) == list(SMALL["properties"])
    text = page(editing, f"/templates/{template.ref}/versions/2/")
    for said in ("New words.", "What makes us go back?", "When do we go back?", "Against version 1"):
        assert said in text
    assert "What is different" not in page(editing, f"/templates/{template.ref}/versions/1/")
    page(editing, f"/templates/{template.ref}/versions/9/", 404)


def test_editor_says_what_is_wrong_at_the_question_and_keeps_what_was_typed(
    editing: Client, template: Template
) -> None:
    rows = [{"label": "How long?", "kind": "Number", "low": 5, "high": 2}]
    for act in ("save", "preview"):
        response = editing.post(f"/templates/{template.ref}/edit/", edited(template, act, questions=rows))
        text = response.content.decode()
        assert response.status_code == 422
        said = "Questions, row 1. The least, 5, is more than the most, 2."
        assert f'<a href="#id_questions-0-low">{said}</a>' in text
        assert 'value="How long?"' in text
        assert "The preview waits for this" in text
    response = editing.post(f"/templates/{template.ref}/edit/", edited(template, "save", note=""))
    assert '<a href="#id_note">' in response.content.decode()
    assert TemplateVersion.objects.count() == 1


def test_editor_adds_moves_and_takes_away_questions_and_leads_there(
    editing: Client, template: Template
) -> None:
    path = f"/templates/{template.ref}/edit/"
    count = len(editor_content(SMALL)["questions"])
    added = editing.post(path, edited(template, "add:questions")).content.decode()
    found = re.search(rf'<input[^>]*id="id_questions-{count}-label"[^>]*>', added)
    assert found is not None
    assert "autofocus" in found[0]
    gone = editing.post(path, edited(template, "remove:questions:0")).content.decode()
    assert 'value="When do we go back?"' not in gone
    moved = editing.post(path, edited(template, "up:questions:1")).content.decode()
    assert moved.index('value="minutes"') < moved.index('value="when"')


def test_editor_when_another_was_faster_keeps_what_was_typed(
    editing: Client, template: Template, leila: User
) -> None:
    newer = SMALL | {"title": "Theirs"}
    write_template(actor=person(leila), template=template, schema=newer, note="First.")
    response = editing.post(f"/templates/{template.ref}/edit/", edited(template, "save", title="Mine"))
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody wrote version 2" in text
    assert 'value="Mine"' in text
    assert 'name="version" value="2"' in text
    again = edited(template, "save", title="Mine") | {"version": "2"}
    assert editing.post(f"/templates/{template.ref}/edit/", again).status_code == 302


def test_template_is_added_and_retired(editing: Client) -> None:
    added = editing.post("/templates/new/", edited(None, "save", kind="Rollback plan"), follow=True)
    assert "Version 1 is in force" in added.content.decode()
    template = Template.objects.get()
    path = f"/templates/{template.ref}/retire/"
    assert editing.post(path, {"reason": " "}).status_code == 422
    gone = editing.post(path, {"reason": "Use the other."}, follow=True).content.decode()
    assert "Use the other." in gone
    assert "Begin a document" not in gone
    assert editing.post(path, {"reason": "Again."}).status_code == 409
    assert editing.post(f"/templates/{template.ref}/edit/", edited(template, "save")).status_code == 403


def test_entries_of_templates_and_documents_are_said_in_words(
    client: Client, draft: Document, leila: User
) -> None:
    client.force_login(add_person("femi", "auditor"))
    text = page(client, "/ledger/")
    for said in ("Added a template", f"Began a document with {draft.version.template.ref}, version 1"):
        assert said in text


def many(leila: User, amara: User, count: int) -> Document:
    """Return the newest of some drafts; there are as many finished ones, templates and versions."""
    for number in range(count):
        template = add_template(
            actor=person(leila), kind="rollback_plan", schema=SMALL | {"title": f"T{number}"}
        )
        for each in range(count):
            schema = SMALL | {"title": f"T{number} {each}"}
            write_template(actor=person(leila), template=template, schema=schema, note="x")
        done = start_document(actor=person(amara), template=template)
        content = ANSWERS | {"steps": [{"text": "Step"}] * count}
        save_document(actor=person(amara), document=done, title="Done", content=content)
        finish_document(actor=person(amara), document=done)
        last = start_document(actor=person(amara), template=template)
        save_document(actor=person(amara), document=last, title="Draft", content=content)
    return last


PATHS = {
    "/templates/": 7,
    "/templates/{template}/": 7,
    "/templates/{template}/versions/2/": 7,
    "/documents/": 8,
    "/documents/{done}/": 6,
    "/documents/{draft}/": 6,
    "/documents/{draft}/edit/": 6,
}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("path", PATHS)
def test_pages_ask_the_same_at_any_size(
    client: Client, leila: User, amara: User, path: str, count: int
) -> None:
    draft = many(leila, amara, count)
    done = Document.objects.filter(state="finished")[0]
    address = path.format(template=draft.version.template.ref, draft=draft.ref, done=done.ref)
    page(client, address)
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    assert len(captured) == PATHS[path]


def test_retired_template_says_why_and_by_whom(
    client: Client, template: Template, amara: User, leila: User
) -> None:
    retire_template(actor=person(leila), template=template, reason="It asks too much.")
    text = page(client, f"/templates/{template.ref}/")
    assert "It asks too much." in text
    assert "Leila" in text
