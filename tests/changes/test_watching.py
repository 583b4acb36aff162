"""Who looks whether the world moved, when, and at how many changes at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.calendar.models import Period
from apps.catalog.models import Component
from apps.catalog.selectors import forget_graph
from apps.catalog.services import add_version
from apps.changes.enums import ChangeState
from apps.changes.models import Change, WorldCheck
from apps.changes.selectors import watched_changes
from apps.changes.services import (
    refresh_all,
    refreshing,
)
from apps.changes.tasks import task_refresh_changes
from apps.core import clock
from tests.changes.estate import (
    NOW,
    Estate,
    approved,
    at,
    draft,
    fresh,
    make_estate,
    submitted,
)
from tests.changes.test_settling import freeze
from tests.changes.test_world import WATCH, new_consumer


def test_task_looks_when_the_ledger_says_that_something_moved_and_now_and_then(
    estate: Estate, django_assert_max_num_queries: Any
) -> None:
    change = approved(estate)
    with at(NOW):
        assert task_refresh_changes() == 0
        with django_assert_max_num_queries(3):
            assert task_refresh_changes() == 0
        add_version(actor=WATCH, component=estate.components["credit-risk"], version="3", author=None)
        checked = WorldCheck.objects.get().last_entry
        assert task_refresh_changes() == 0
        assert WorldCheck.objects.get().last_entry > checked
    new_consumer(estate)
    forget_graph()
    with clock.moved_to(NOW + timedelta(minutes=6)):
        assert task_refresh_changes() == 1
    assert fresh(change).state == ChangeState.IN_REVIEW


@pytest.mark.django_db(transaction=True)
def test_worker_is_woken_once_by_each_transaction_in_which_the_world_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estate = make_estate()
    woken: list[str] = []
    monkeypatch.setattr(refreshing.current_app, "send_task", lambda name, **_: woken.append(name))
    with transaction.atomic():
        for name in ("3", "4"):
            add_version(actor=WATCH, component=estate.components["credit-risk"], version=name, author=None)
        assert woken == []
    assert woken == ["apps.changes.tasks.task_refresh_changes"]
    with at(NOW):
        freeze(estate)
    assert woken.count("apps.changes.tasks.task_refresh_changes") == 2
    with transaction.atomic():
        add_version(actor=WATCH, component=estate.components["credit-risk"], version="5", author=None)
        transaction.set_rollback(True)
    with at(NOW):
        draft(estate)
    assert woken.count("apps.changes.tasks.task_refresh_changes") == 2


@pytest.mark.django_db(transaction=True)
def test_freeze_is_declared_even_when_the_worker_cannot_be_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    estate = make_estate()

    def down(name: str, **_: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(refreshing.current_app, "send_task", down)
    with at(NOW):
        freeze(estate)
        assert task_refresh_changes() == 0
    assert Period.objects.count() == 1


def test_looking_at_many_changes_that_stand_asks_no_more_than_at_one(estate: Estate) -> None:
    with at(NOW):
        freeze(estate)
    counts = []
    for number in (1, 3):
        while Change.objects.count() < number:
            submitted(estate)
        forget_graph()
        with at(NOW), CaptureQueriesContext(connection) as captured:
            assert refresh_all(actor=WATCH, ids=watched_changes()) == 0
        counts.append(len(captured))
    assert counts == [16, 16]


def test_looking_at_many_takes_up_those_alone_around_which_something_moved(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "_AT_ONCE", 2)
    same = [submitted(estate, names=("applications",)) for _ in range(2)]
    moved = [submitted(estate) for _ in range(3)]
    Component.objects.filter(key="model:default/credit-risk").update(tier=1)
    estate.components["credit-risk"].versions.filter(version="2").update(metrics={"auc": 0.5})
    with at(NOW):
        taken = [refresh_all(actor=WATCH, ids=watched_changes()) for _ in range(2)]
    assert [fresh(change).revision.number for change in moved] == [2, 2, 2]
    assert taken == [sum(fresh(change).revision.number - 1 for change in [*same, *moved]), 0]


def test_one_that_cannot_be_read_keeps_nobody_else_from_being_looked_at(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = submitted(estate), submitted(estate)
    new_consumer(estate)
    forget_graph()
    read = refreshing.world_in

    def broken(around: Any, change: Change) -> Any:
        if change.pk == first.pk:
            raise ValueError("a version without a date")
        return read(around, change)

    monkeypatch.setattr(refreshing, "world_in", broken)
    with at(NOW):
        assert refresh_all(actor=WATCH, ids=watched_changes()) == 1
    assert (fresh(first).revision.number, fresh(second).revision.number) == (1, 2)
    assert f"{first.ref} could not be held against the world." in caplog.text
