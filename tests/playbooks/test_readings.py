"""Who has read a playbook, and where it is pointed out."""

import pytest
from django.db import DatabaseError, transaction

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import Forbidden, Invalid, Stale
from apps.outbox.models import Notification
from apps.playbooks.models import Playbook, PlaybookReading
from apps.playbooks.selectors import playbook_in_force, playbooks_at, readers_of
from apps.playbooks.services import (
    acknowledge_playbook,
    add_playbook,
    place_playbook,
    retire_playbook,
    write_playbook,
)
from tests.people import add_person
from tests.playbooks.playbook import SAID

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor() -> User:
    return add_person("noor", "owner", "validator")


@pytest.fixture
def leila() -> User:
    return add_person("leila", "change_manager")


@pytest.fixture
def playbook(leila: User, noor: User) -> Playbook:
    return add_playbook(actor=person(leila), content=SAID)


def test_new_version_asks_everyone_whom_it_is_for_once_again(
    playbook: Playbook, leila: User, noor: User
) -> None:
    acknowledge_playbook(actor=person(noor), playbook=playbook, version=1)
    acknowledge_playbook(actor=person(noor), playbook=playbook, version=1)
    assert AuditEvent.objects.filter(event="playbook.read").count() == 1
    found = readers_of(playbook_in_force(playbook))
    assert [(one.role, [user for user, _ in one.read], one.waiting) for one in found] == [
        ("Model Validator", [noor], []),
        ("Service Owner", [noor], []),
    ]
    write_playbook(actor=person(leila), playbook=playbook, content=SAID | {"text": "New"}, note="New.")
    playbook.refresh_from_db()
    assert [one.waiting for one in readers_of(playbook_in_force(playbook))] == [[noor], [noor]]
    told = Notification.objects.filter(rule="playbook_to_read")
    assert [note.user_id for note in told] == [noor.pk, noor.pk]
    with pytest.raises(Stale):
        acknowledge_playbook(actor=person(noor), playbook=playbook, version=1)


def test_reading_is_said_by_nobody_but_whom_it_is_for_and_never_changes(
    playbook: Playbook, leila: User, noor: User
) -> None:
    with pytest.raises(Forbidden):
        acknowledge_playbook(actor=person(leila), playbook=playbook, version=1)
    kept = acknowledge_playbook(actor=person(noor), playbook=playbook, version=1)
    held = PlaybookReading.objects.filter(pk=kept.pk)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        held.delete()


def test_playbook_is_pointed_out_where_it_was_said_until_it_is_retired(
    playbook: Playbook, leila: User
) -> None:
    who = person(leila)
    with pytest.raises(Invalid) as refused:
        place_playbook(actor=who, playbook=playbook, places={"component": ["no-such"], "conflict": ["x"]})
    assert sorted(refused.value.fields) == ["component", "conflict"]
    for _ in range(2):
        place_playbook(actor=who, playbook=playbook, places={"conflict": ["freeze"]})
    assert AuditEvent.objects.filter(event="playbook.placed").count() == 1
    assert [one.playbook for one in playbooks_at(leila, ["conflict:freeze", "component:a"])] == [playbook]
    assert playbooks_at(leila, ["conflict:limit"]) == playbooks_at(leila, []) == []
    retire_playbook(actor=who, playbook=playbook, reason="Unused.")
    assert playbooks_at(leila, ["conflict:freeze"]) == []
