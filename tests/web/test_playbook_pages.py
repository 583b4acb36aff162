"""The pages of playbooks: plain posts, errors at the field, the same cost at any size."""

import copy
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core import clock
from apps.core.actors import person
from apps.playbooks.models import Playbook, PlaybookVersion
from apps.playbooks.rules import as_answers, playbook_schema, posted, shape_of
from apps.playbooks.services import add_playbook, write_playbook
from apps.reviews.services import add_action
from tests.changes.estate import Estate, submitted
from tests.people import add_person
from tests.playbooks.playbook import SAID
from tests.reviews.build import a_review
from tests.web.reading import Enter, page, queries_of, text_of, words_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def leila(client: Client) -> User:
    user = add_person("leila", "change_manager")
    client.force_login(user)
    return user


@pytest.fixture
def playbook(leila: User) -> Playbook:
    return add_playbook(actor=person(leila), content=SAID)


def sent(act: str = "save", **parts: Any) -> dict[str, str]:
    """Return what the form of a playbook sends."""
    note = {name: parts.pop(name) for name in ("note", "version") if name in parts}
    return posted(shape_of(playbook_schema([])), as_answers(SAID | parts)) | {"act": act} | note


def test_playbook_is_written_read_and_written_again_by_plain_posts(client: Client, leila: User) -> None:
    added = client.post("/playbooks/new/", sent())
    assert added["Location"] == "/playbooks/PB-1/"
    assert PlaybookVersion.objects.get().content == SAID
    source = page(client, "/playbooks/PB-1/")
    assert "<strong>this</strong>" in source
    assert "<script>alert" not in source
    assert "Fill in: service, end of window." in source
    assert "Yes:</strong> Switch to version 2" in source
    again = sent(title="No scores", note="Shorter.", version="1")
    assert client.post("/playbooks/PB-1/edit/", again).status_code == 302
    said = words_at(client, "/playbooks/PB-1/versions/2/")
    assert "What is different from version 1" in said
    assert "Scores stop arriving" in said
    assert "No scores" in words_at(client, "/playbooks/")


def test_editor_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(client: Client, leila: User) -> None:
    calls = [{"minutes": "soon", "whom": "Auditor"}]
    answer = client.post("/playbooks/new/", sent(title="", escalation=calls))
    source = text_of(answer, 422)
    assert "Title is missing" in source
    assert 'href="#id_escalation-0-minutes"' in source
    assert 'value="soon"' in source
    assert not Playbook.objects.exists()


def test_editor_without_script_adds_a_row_and_says_that_somebody_was_faster(
    client: Client, playbook: Playbook, leila: User
) -> None:
    source = text_of(client.post("/playbooks/PB-1/edit/", sent("add:preflight", version="1")))
    assert 'name="preflight-1-check"' in source
    write_playbook(actor=person(leila), playbook=playbook, content=SAID | {"text": "New"}, note="New.")
    late = client.post("/playbooks/PB-1/edit/", sent(title="Late", note="Late.", version="1"))
    source = text_of(late, 409)
    assert "Somebody wrote version 2" in source
    assert 'name="version" value="2"' in source


def test_pages_of_playbooks_refuse_whoever_may_not_before_reading_the_form(
    client: Client, playbook: Playbook
) -> None:
    client.force_login(add_person("noor", "owner"))
    for path in ("/playbooks/new/", "/playbooks/PB-1/edit/", "/playbooks/PB-1/retire/"):
        assert client.post(path, {"act": "no-such"}).status_code == 403
    client.force_login(add_person("nobody"))
    assert client.get("/playbooks/PB-1/").status_code == 404


def test_list_of_playbooks_costs_the_same_at_any_size(
    client: Client, playbook: Playbook, leila: User
) -> None:
    before = queries_of(client, "/playbooks/")
    for title in ("One", "Two"):
        add_playbook(actor=person(leila), content=copy.deepcopy(SAID) | {"title": title})
    assert queries_of(client, "/playbooks/") == before


def test_playbook_is_pointed_out_at_a_component_and_on_its_changes(enter: Enter, estate: Estate) -> None:
    client, change = enter("leila"), submitted(estate)
    key = change.items.get().component.key
    client.post("/playbooks/new/", sent())
    wrong = client.post("/playbooks/PB-1/places/", {"component": "no-such"})
    assert "There is no “no-such”" in text_of(wrong, 422)
    placed = {"component": key, "conflict": ["freeze"]}
    assert client.post("/playbooks/PB-1/places/", placed).status_code == 302
    assert f"/playbooks/?component={quote(key)}" in page(client, f"/catalog/{key}/")
    assert "No playbook is pointed out there" in page(client, "/playbooks/?component=no-such")
    shown = [f"/playbooks/?component={key}", f"/changes/{change.ref}/playbooks/"]
    assert all("Scores stop arriving" in page(client, path) for path in shown)
    assert key in page(client, "/playbooks/PB-1/")


def test_playbook_is_read_by_a_plain_post_of_whom_it_is_for(client: Client, playbook: Playbook) -> None:
    assert client.post("/playbooks/PB-1/read/", {"version": "1"}).status_code == 403
    client.force_login(add_person("noor", "owner"))
    assert "I have read it" in page(client, "/playbooks/PB-1/")
    assert client.post("/playbooks/PB-1/read/", {"version": "²"}).status_code == 409
    assert client.post("/playbooks/PB-1/read/", {"version": "1"}).status_code == 302
    assert "You have read it." in page(client, "/playbooks/PB-1/")


def test_playbook_that_an_action_became_and_the_review_name_each_other(
    client: Client, leila: User, playbook: Playbook
) -> None:
    review = a_review()
    action = add_action(
        actor=person(leila), review=review, text="Rehearse it", owner=leila, due_on=clock.now().date()
    )
    write_playbook(actor=person(leila), playbook=playbook, content=SAID | {"text": "New"}, note="Rehearse.")
    becomes = f"/reviews/{review.ref}/actions/{action.pk}/becomes/"
    assert client.post(becomes, {"made": "playbook PB-1 3"}).status_code == 422
    assert client.post(becomes, {"made": "playbook PB-1 2"}).status_code == 302

    assert "/playbooks/PB-1/versions/2/" in page(client, f"/reviews/{review.ref}/")
    for path in ("/playbooks/PB-1/", "/playbooks/PB-1/versions/2/"):
        assert f"Made because of {review.ref} Rehearse it From {review.change.ref}" in words_at(client, path)
    assert review.ref not in page(client, "/playbooks/PB-1/versions/1/")
