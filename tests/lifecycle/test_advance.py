"""The one way in which anything changes state, on a change as it ends."""

from collections.abc import Iterator

import pytest
from django.db import connection

from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.core.actors import Actor, person
from apps.core.decisions import Decision, denied
from apps.core.errors import IllegalTransition, PolicyBlocked, Stale
from apps.lifecycle.machine import machine_of
from apps.lifecycle.selectors import may_advance
from apps.lifecycle.services import advance
from tests.reviews.build import a_change

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> Change:
    return a_change()


@pytest.fixture
def actor(change: Change) -> Actor:
    return person(change.requester)


@pytest.fixture
def machine() -> Iterator[object]:
    """Lend the machine of changes, and take away what a test hung on it."""
    lent = machine_of(Change)
    before = list(lent.guards["fail"]), list(lent.effects["fail"])
    yield lent
    lent.guards["fail"], lent.effects["fail"] = before


def events() -> list[str]:
    return list(
        AuditEvent.objects.filter(object_type="change").order_by("pk").values_list("event", flat=True)
    )


def test_advance_when_allowed_moves_the_state_and_writes_one_entry(change: Change, actor: Actor) -> None:
    before = events()
    advance(change, "fail", actor=actor)
    change.refresh_from_db()
    assert change.state == ChangeState.FAILED
    assert events() == [*before, "change.failed"]
    entry = AuditEvent.objects.get(event="change.failed")
    assert entry.actor_key == actor.key
    assert b'"from":"in_progress","to":"failed"' in bytes(entry.entry)


def test_advance_when_an_effect_fails_moves_nothing_and_writes_nothing(
    change: Change, actor: Actor, machine: object
) -> None:
    def break_down(obj: Change, actor: Actor) -> None:
        raise RuntimeError("The disk is full.")

    before = AuditEvent.objects.count()
    machine.effects["fail"].append(break_down)  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError):
        advance(change, "fail", actor=actor)
    change.refresh_from_db()
    assert change.state == ChangeState.IN_PROGRESS
    assert AuditEvent.objects.count() == before


def test_advance_when_a_guard_refuses_carries_its_reason(
    change: Change, actor: Actor, machine: object
) -> None:
    def refuse(obj: Change, actor: Actor) -> Decision:
        return denied("The vault is shut.", "Ask for the key.")

    machine.guards["fail"].append(refuse)  # type: ignore[attr-defined]
    assert may_advance(change, "fail", actor).reason == "The vault is shut."
    with pytest.raises(PolicyBlocked) as caught:
        advance(change, "fail", actor=actor)
    assert (caught.value.reason, caught.value.remedy) == ("The vault is shut.", "Ask for the key.")


def test_advance_when_somebody_was_faster_is_stale_and_writes_nothing(change: Change, actor: Actor) -> None:
    mine = Change.objects.get(pk=change.pk)
    advance(change, "complete", actor=actor)
    before = events()
    with pytest.raises(Stale):
        advance(mine, "fail", actor=actor)
    assert events() == before


@pytest.mark.parametrize("event", ["submit", "approve", "start", "close", "fly"])
def test_advance_when_the_state_does_not_lead_there_is_illegal(
    change: Change, actor: Actor, event: str
) -> None:
    with pytest.raises(IllegalTransition):
        advance(change, event, actor=actor)
    assert not connection.needs_rollback
