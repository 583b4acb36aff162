"""Every state of a change against every step: the table alone decides what may follow what."""

from itertools import product

import pytest

from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.steps import TRANSITIONS
from apps.core import actors
from apps.core.decisions import denied
from apps.core.errors import IllegalTransition, PolicyBlocked, Stale
from apps.lifecycle import machine as machines
from apps.lifecycle.machine import machine_of
from apps.lifecycle.selectors import may_advance
from apps.lifecycle.services import advance
from tests.changes.estate import IN_WINDOW, Estate, approved, at, draft, fresh

SYSTEM = actors.system("test")
# DESIGN 3, written out by hand: step → where it may start → where it ends.
TABLE = {
    "submit": ({"draft"}, "in_review"),
    "revise": ({"in_review", "on_hold", "approved", "rejected", "expired"}, "draft"),
    "reopen": ({"approved"}, "in_review"),
    "approve": ({"in_review"}, "approved"),
    "reject": ({"in_review", "on_hold", "approved"}, "rejected"),
    "withdraw": ({"draft", "in_review", "on_hold", "approved"}, "withdrawn"),
    "hold": ({"in_review", "approved"}, "on_hold"),
    "resume": ({"on_hold"}, "in_review"),
    "start": ({"approved"}, "in_progress"),
    "complete": ({"in_progress"}, "completed"),
    "roll_back": ({"in_progress"}, "rolled_back"),
    "fail": ({"in_progress"}, "failed"),
    "expire": ({"in_review", "approved"}, "expired"),
    "give_back": ({"in_review", "on_hold"}, "expired"),
    "close": ({"completed", "rolled_back", "failed"}, "closed"),
}


def test_table_knows_every_step_and_no_other() -> None:
    assert {step.event for step in TRANSITIONS} == set(TABLE)


@pytest.mark.parametrize(("state", "event"), list(product(ChangeState.values, TABLE)))
def test_step_from_state_is_as_designed(state: str, event: str) -> None:
    step = machine_of(Change).transition(event)
    sources, target = TABLE[event]
    assert (state in step.sources) == (state in sources)
    assert step.target == target
    if state not in sources:
        refusal = may_advance(Change(state=state), event, SYSTEM)
        assert not refusal
        assert "so it cannot be" in refusal.reason


def test_advance_from_a_wrong_state_changes_nothing(estate: Estate) -> None:
    change = draft(estate)
    before = AuditEvent.objects.count()
    with pytest.raises(IllegalTransition):
        advance(change, "complete", actor=SYSTEM)
    assert fresh(change).state == ChangeState.DRAFT
    assert AuditEvent.objects.count() == before


def test_advance_on_an_unknown_step_is_illegal(estate: Estate) -> None:
    with pytest.raises(IllegalTransition, match="no such step"):
        advance(draft(estate), "fly", actor=SYSTEM)


def test_advance_writes_state_and_ledger_together(estate: Estate) -> None:
    change = approved(estate)
    with at(IN_WINDOW):
        advance(change, "start", actor=SYSTEM, data={"revision": 1})
    entry = AuditEvent.objects.get(event="change.started")
    assert entry.object_id == change.ref
    assert entry.actor_key == "system:test"
    assert fresh(change).state == ChangeState.IN_PROGRESS


def test_advance_of_what_moved_meanwhile_is_stale(estate: Estate) -> None:
    change = draft(estate)
    Change.objects.filter(pk=change.pk).update(state=ChangeState.WITHDRAWN)
    with pytest.raises(Stale):
        advance(change, "withdraw", actor=SYSTEM)
    assert not AuditEvent.objects.filter(event="change.withdrawn").exists()


def test_guard_that_refuses_stops_the_step_with_its_reason(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = draft(estate)
    guards = dict(machine_of(Change).guards)
    monkeypatch.setattr(
        machine_of(Change), "guards", guards | {"withdraw": [lambda *_: denied("Not today.", "Come back.")]}
    )
    with pytest.raises(PolicyBlocked, match="Not today") as refused:
        advance(change, "withdraw", actor=SYSTEM)
    assert refused.value.remedy == "Come back."
    assert fresh(change).state == ChangeState.DRAFT


def test_effect_that_fails_undoes_the_step(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    change = draft(estate)

    def fail(*_: object) -> None:
        raise ValueError("broken")

    effects = dict(machine_of(Change).effects)
    monkeypatch.setattr(machine_of(Change), "effects", effects | {"withdraw": [fail]})
    with pytest.raises(ValueError, match="broken"):
        advance(change, "withdraw", actor=SYSTEM)
    assert fresh(change).state == ChangeState.DRAFT
    assert not AuditEvent.objects.filter(event="change.withdrawn").exists()


def test_guards_and_effects_hang_on_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "_machines", {})
    made = machines.register(Change, "change", TRANSITIONS)
    machines.add_guard(Change, "start", lambda *_: denied("no"))
    machines.add_effect(Change, "start", lambda *_: None)
    assert len(made.guards["start"]) == len(made.effects["start"]) == 1
