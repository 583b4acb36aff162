"""Playbooks in versions: what they say, what is refused, and what never changes."""

import copy
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.canonical import digest
from apps.core.errors import Forbidden, Invalid, PolicyBlocked, Stale
from apps.playbooks.models import Playbook, PlaybookVersion
from apps.playbooks.rules import Unfit, blanks_in, playbook_differences, tree_of
from apps.playbooks.selectors import playbook_for, playbook_in_force, playbooks_visible_to
from apps.playbooks.services import add_playbook, retire_playbook, write_playbook
from tests.people import add_person, add_team
from tests.playbooks.playbook import SAID

pytestmark = pytest.mark.django_db


@pytest.fixture
def leila() -> User:
    return add_person("leila", "change_manager")


@pytest.fixture
def playbook(leila: User) -> Playbook:
    return add_playbook(actor=person(leila), content=SAID)


def other(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy(SAID) | parts


def test_playbook_is_added_written_and_retired_with_an_entry_each(playbook: Playbook, leila: User) -> None:
    who = person(leila)
    write_playbook(actor=who, playbook=playbook, content=other(title="No scores"), note="Shorter.", version=1)
    retire_playbook(actor=who, playbook=playbook, reason="The board does it.")
    found = AuditEvent.objects.filter(object_type="playbook", object_id="PB-1").order_by("pk")
    assert [entry.event for entry in found] == ["playbook.added", "playbook.written", "playbook.retired"]
    first, second = PlaybookVersion.objects.order_by("number")
    assert (first.content, first.digest) == (SAID, digest(SAID))
    assert (second.title, second.note) == ("No scores", "Shorter.")
    with pytest.raises(PolicyBlocked):
        write_playbook(actor=who, playbook=playbook, content=other(text="x"), note="More.")


def test_version_of_a_playbook_in_the_database_refuses_any_change(playbook: Playbook) -> None:
    version = PlaybookVersion.objects.filter(playbook=playbook)
    for act in (lambda: version.update(title="x"), version.delete):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            act()


def test_playbook_is_written_by_nobody_but_a_change_manager(playbook: Playbook) -> None:
    owner = add_person("noor", "owner")
    for act in (
        lambda: add_playbook(actor=person(owner), content=SAID),
        lambda: write_playbook(actor=person(owner), playbook=playbook, content=other(text="x"), note="x"),
        lambda: retire_playbook(actor=person(owner), playbook=playbook, reason="x"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert playbook_for(owner, "PB-1") == playbook
    stranger = add_person("nobody")
    assert (playbook_for(stranger, "PB-1"), playbooks_visible_to(stranger).count()) == (None, 0)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"title": ""}, "title"),
        ({"purpose": "x" * 301}, "purpose"),
        ({"roles": []}, "for_sponsor"),
        ({"text": "", "tree": [], "preflight": [], "messages": [], "escalation": []}, "text"),
        ({"text": "x" * 100_000}, "text"),
        ({"tree": [{"urgency": "Soon", "question": "?", "yes": "a", "no": "b"}]}, "tree/0/urgency"),
        ({"tree": [{"urgency": "Now", "question": "?", "yes": "a"}]}, "tree/0/no"),
        ({"messages": [{"audience": "All", "subject": "{Service", "text": "x"}]}, "messages/0/subject"),
        ({"escalation": [{"minutes": "soon", "whom": "Service Owner"}]}, "escalation/0/minutes"),
        ({"escalation": [{"minutes": 5, "whom": "Team Nobody"}]}, "escalation/0/whom"),
        ({"escalation": [{"minutes": 5, "whom": "Auditor"}] * 2}, "escalation/1/minutes"),
    ],
)
def test_playbook_that_cannot_be_taken_says_where_and_leaves_nothing(
    leila: User, parts: dict[str, Any], place: str
) -> None:
    with pytest.raises(Unfit) as refused:
        add_playbook(actor=person(leila), content=other(**parts))
    assert place in refused.value.fields
    assert not Playbook.objects.exists()


def test_playbook_escalates_to_a_team_that_is_there(leila: User) -> None:
    add_team("risk")
    steps = [{"minutes": 5, "whom": "Team Risk"}]
    assert add_playbook(actor=person(leila), content=other(escalation=steps)).version == 1


def test_write_when_nothing_is_new_or_somebody_was_faster_is_refused(playbook: Playbook, leila: User) -> None:
    who = person(leila)
    with pytest.raises(Invalid) as nothing:
        write_playbook(actor=who, playbook=playbook, content=SAID, note="Again.")
    with pytest.raises(Invalid) as silent:
        write_playbook(actor=who, playbook=playbook, content=other(text="x"), note=" ")
    assert [*nothing.value.fields, *silent.value.fields] == ["title", "note"]
    write_playbook(actor=who, playbook=playbook, content=other(text="New"), note="New.")
    with pytest.raises(Stale):
        write_playbook(actor=who, playbook=playbook, content=other(text="Old"), note="Old.", version=1)
    playbook.refresh_from_db()
    assert playbook_in_force(playbook).content["text"] == "New"


def test_tree_begins_with_what_cannot_wait() -> None:
    assert [branch.urgency for branch in tree_of(SAID)] == ["Now", "Today"]
    assert blanks_in(SAID["messages"][0]) == ["service", "end of window"]


def test_differences_name_the_part_and_the_row() -> None:
    after = other(roles=["owner"], preflight=[{"check": "You are awake"}])
    after["tree"].pop()
    found = {one.label: (one.before, one.after) for one in playbook_differences(SAID, after)}
    assert found["Who it is for"] == ("Model Validator, Service Owner", "Service Owner")
    assert found["Checks before you begin, row 1: Check"][1] == "You are awake"
    assert found["Decision tree, row 2: Question"] == ("Is the queue growing?", "")
    assert len(found) == 6
