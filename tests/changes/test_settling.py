"""A change that everyone signed waits for its conflicts, and goes on when they are gone: by itself, once."""

from typing import Any

import pytest
from django.db import transaction

from apps.audit.models import AuditEvent
from apps.calendar.models import Period
from apps.calendar.rules import EVERYTHING, span_from_local
from apps.calendar.selectors import conflicts_of, rulebook_in_force
from apps.calendar.services import lift_period, write_rulebook
from apps.calendar.services import listeners as calendar_listeners
from apps.changes.enums import ChangeState
from apps.changes.services import expire_change, reviewing, start_change, submit_change, withdraw_change
from apps.changes.tasks import task_expire_changes, task_settle_changes
from apps.core.errors import PolicyBlocked
from tests.changes.estate import (
    AFTER_WINDOW,
    IN_WINDOW,
    NOW,
    Estate,
    approved,
    at,
    draft,
    fresh,
    sign_all,
    submitted,
)
from tests.planning import declared


def freeze(estate: Estate) -> Period:
    """Freeze everything for the day of the window."""
    with at(NOW):
        return declared(
            estate.actor("leila"),
            span_from_local("2026-11-19T00:00", "2026-11-20T00:00", "Europe/London"),
            EVERYTHING,
            "Peak",
        )


def approval_of(change: Any) -> str:
    """Return who approved a change, as the ledger has it."""
    return AuditEvent.objects.get(event="change.approved", object_id=change.ref).actor_key


def test_settle_with_a_blocking_conflict_leaves_it_in_review(estate: Estate) -> None:
    change = submitted(estate)
    freeze(estate)
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.IN_REVIEW


def test_settle_when_its_own_signers_would_block_it_leaves_it_in_review(estate: Estate) -> None:
    document = rulebook_in_force().document()
    document["severities"] = dict.fromkeys(document["severities"], "notice") | {"approver": "blocking"}
    write_rulebook(actor=estate.actor("leila"), document=document, reason="Nobody answers for two at once.")
    first, late = submitted(estate), draft(estate)
    late.plan_steps.update(lead=estate.people["amara"])
    with at(NOW):
        second = submit_change(actor=estate.actor("amara"), change=late)
    sign_all(estate, first)
    sign_all(estate, second)
    assert (fresh(first).state, fresh(second).state) == (ChangeState.APPROVED, ChangeState.IN_REVIEW)
    assert "approver" in {one.kind for one in conflicts_of(second.ref) if one.blocking}


def test_conflict_cleared_approves_what_waited_in_the_name_of_the_calendar(
    estate: Estate, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = submitted(estate), submitted(estate)
    sign_all(estate, first)
    assert fresh(first).state == ChangeState.IN_REVIEW
    with django_capture_on_commit_callbacks(execute=True), at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=second, reason="Not needed")
    assert fresh(first).state == ChangeState.APPROVED
    assert approval_of(first) == "system:calendar"


def test_settle_task_approves_what_a_stopped_portal_left_behind(estate: Estate) -> None:
    change = submitted(estate)
    stands = freeze(estate)
    sign_all(estate, change)
    assert task_settle_changes() == 0
    with at(NOW):
        # Nothing runs after the commit here, as when the portal stops in between.
        lift_period(actor=estate.actor("leila"), period=stands, reason="Over")
    assert fresh(change).state == ChangeState.IN_REVIEW
    assert task_settle_changes() == 1
    assert fresh(change).state == ChangeState.APPROVED
    assert approval_of(change) == "system:calendar"


def test_settle_task_when_one_change_fails_goes_on_with_the_rest(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = submitted(estate)
    good = submitted(estate, start="2026-11-20T06:00", end="2026-11-20T08:00")
    stands = freeze(estate)
    sign_all(estate, bad)
    with monkeypatch.context() as patch:
        patch.setattr("apps.changes.services.reviewing.settle", lambda **_: None)
        sign_all(estate, good)
    with at(NOW):
        lift_period(actor=estate.actor("leila"), period=stands, reason="Over")
    settle = reviewing.settle

    def fails_for_one(*, change: Any, actor: Any) -> Any:
        if change.pk == bad.pk:
            raise RuntimeError("A row that nobody foresaw")
        return settle(change=change, actor=actor)

    monkeypatch.setattr("apps.changes.services.reviewing.settle", fails_for_one)
    assert task_settle_changes() == 1
    assert (fresh(bad).state, fresh(good).state) == (ChangeState.IN_REVIEW, ChangeState.APPROVED)


def test_expire_task_when_one_change_fails_goes_on_with_the_rest(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = submitted(estate), submitted(estate)
    expire = expire_change

    def fails_for_one(*, change: Any, actor: Any) -> Any:
        if change.pk == bad.pk:
            raise RuntimeError("A row that nobody foresaw")
        return expire(change=change, actor=actor)

    monkeypatch.setattr("apps.changes.tasks.expire_change", fails_for_one)
    with at(AFTER_WINDOW):
        assert task_expire_changes() == 1
    assert (fresh(bad).state, fresh(good).state) == (ChangeState.IN_REVIEW, ChangeState.EXPIRED)


@pytest.mark.django_db(transaction=True)
def test_conflicts_changed_when_a_listener_fails_the_act_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("A listener that nobody foresaw")

    heard: list[set[str]] = []
    monkeypatch.setattr(calendar_listeners, "_listeners", [broken, lambda refs, actor: heard.append(refs)])
    with transaction.atomic():
        calendar_listeners.tell({"CHG-1"}, reviewing.system("test"))
    assert heard == [{"CHG-1"}]


def test_start_with_a_blocking_conflict_is_refused(estate: Estate) -> None:
    change = approved(estate)
    freeze(estate)
    with at(IN_WINDOW), pytest.raises(PolicyBlocked, match="Peak"):
        start_change(actor=estate.actor("amara"), change=change)
    assert fresh(change).state == ChangeState.APPROVED
