import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.calendar import tasks
from apps.calendar.enums import BookingState, Standing
from apps.calendar.models import Booking, Conflict, ConflictCheck
from apps.calendar.rules import Rulebook, scope_of_one
from apps.calendar.selectors import conflicts_of, conflicts_of_all, explained, find_conflicts
from apps.calendar.services import (
    checking,
    lift_period,
    listeners,
    mark_under_way,
    on_conflicts_changed,
    recheck,
    recheck_all,
    recheck_if_due,
    release_booking,
    write_rulebook,
)
from apps.catalog.selectors import graph
from apps.catalog.services import bump_graph
from apps.core import actors, clock
from apps.core.actors import Actor
from apps.core.errors import Invalid
from tests.planning import SYSTEM, assert_standing, booked, component, frozen, person, relies, span

pytestmark = pytest.mark.django_db


def events(ref: str) -> list[str]:
    return list(
        AuditEvent.objects.filter(object_type="booking", object_id=ref)
        .order_by("pk")
        .values_list("event", flat=True)
    )


def test_book_when_two_move_the_same_component_blocks_both() -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    [ours], [theirs] = conflicts_of("CHG-1"), conflicts_of("CHG-2")
    assert ours.blocking
    assert (ours.ref, theirs.ref) == ("CHG-2", "CHG-1")
    assert ours.sentence == "CHG-2 moves credit-risk at the same time."
    assert (ours.start, ours.end) == (span(7, 8).start, span(7, 8).end)
    assert events("CHG-1")[-1] == events("CHG-2")[-1] == "conflict.found"


def test_book_when_one_reaches_what_the_other_moves_warns_with_the_path() -> None:
    data, features, shop = (
        component("sales", "dataset"),
        component("basket", "feature_set"),
        component("shop", "service"),
    )
    relies(features, data)
    relies(shop, features, "calls")
    booked("CHG-1", span(6, 8), shop)
    booked("CHG-2", span(7, 9), data)
    [ours], [theirs] = conflicts_of("CHG-1"), conflicts_of("CHG-2")
    assert not ours.blocking
    assert ours.path == ("dataset:default/sales", "feature_set:default/basket", "service:default/shop")
    assert ours.sentence == "CHG-2 moves sales at the same time, and that reaches shop."
    assert theirs.sentence == "CHG-1 moves shop at the same time, and sales reaches it."
    assert [step.verb for step in explained(ours.path, graph())] == ["", "is read by", "is called by"]


def test_book_when_windows_only_touch_finds_nothing() -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(8, 9), model)
    assert [found.kind for found in conflicts_of("CHG-1")] == ["back_to_back"]
    booked("CHG-2", span(8.5, 9), model)
    assert conflicts_of("CHG-1") == []


def test_book_when_moved_away_clears_both_sides_and_when_back_is_the_same_row() -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    row = Conflict.objects.get()
    booked("CHG-2", span(10, 11), model)
    assert conflicts_of("CHG-1") == conflicts_of("CHG-2") == []
    assert events("CHG-1")[-1] == "conflict.cleared"
    booked("CHG-2", span(7, 9), model)
    again = Conflict.objects.get()
    assert (again.pk, again.cleared_at) == (row.pk, None)
    assert events("CHG-1")[-1] == "conflict.found"


def test_book_when_written_twice_changes_nothing() -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    entries, row = AuditEvent.objects.count(), Booking.objects.filter(ref="CHG-2").values()
    before = row.get()
    booked("CHG-2", span(7, 9), model)
    assert row.get() == before
    assert recheck(actor=SYSTEM, booking_ids=list(Booking.objects.values_list("pk", flat=True))) == set()
    assert AuditEvent.objects.count() == entries


def test_book_when_items_change_is_checked_at_once() -> None:
    one, two = component("credit-risk"), component("fraud-score")
    booked("CHG-1", span(6, 8), one)
    booked("CHG-2", span(6, 8), two)
    assert conflicts_of("CHG-1") == []
    booked("CHG-2", span(6, 8), one, two)
    assert [found.ref for found in conflicts_of("CHG-1")] == ["CHG-2"]


def test_book_when_nothing_is_moved_is_refused() -> None:
    with pytest.raises(Invalid):
        booked("CHG-1", span(6, 8))


def test_release_when_in_conflict_clears_the_other_side_too() -> None:
    model = component("credit-risk")
    first = booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    mark_under_way(actor=SYSTEM, booking=first)
    assert conflicts_of("CHG-2")
    release_booking(actor=SYSTEM, booking=first)
    release_booking(actor=SYSTEM, booking=first)
    assert conflicts_of("CHG-2") == []
    assert events("CHG-1") == [
        "booking.made",
        "conflict.found",
        "booking.started",
        "booking.released",
        "conflict.cleared",
    ]
    booked("CHG-1", span(6, 8), model)
    assert Booking.objects.get(ref="CHG-1").state == BookingState.PLANNED
    assert conflicts_of("CHG-2")


def test_freeze_when_declared_blocks_what_is_inside_and_lifted_clears_it() -> None:
    leila = person("leila", Role.CHANGE_MANAGER)
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    freeze = frozen(leila, span(0, 24))
    [found] = conflicts_of("CHG-1")
    assert found.blocking
    assert found.sentence == "Peak trading covers credit-risk: it must not change then."
    assert found.url == f"/calendar/periods/{freeze.ref}/"
    lift_period(actor=actors.person(leila), period=freeze, reason="Over")
    assert conflicts_of("CHG-1") == []
    assert events("CHG-1")[-1] == "conflict.cleared"


def test_find_conflicts_when_drafted_stores_nothing_and_leaves_its_own_booking_out() -> None:
    leila = person("leila", Role.CHANGE_MANAGER)
    data, model = component("sales", "dataset"), component("credit-risk")
    relies(model, data)
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), data)
    frozen(leila, span(7, 8), scope_of_one("kind", "model"))
    Conflict.objects.all().delete()
    found = find_conflicts([model.pk], span(6, 8), exclude_ref="CHG-1")
    assert [(each.ref, each.blocking) for each in found] == [("FRZ-1", True), ("CHG-2", False)]
    assert found[1].sentence == "CHG-2 moves sales at the same time, and that reaches credit-risk."
    assert not Conflict.objects.exists()


def test_recheck_due_when_the_graph_moves_finds_the_new_tie() -> None:
    data, model = component("sales", "dataset"), component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), data)
    tasks.task_recheck_conflicts()
    checked = ConflictCheck.objects.get().checked_at
    tasks.task_recheck_conflicts()
    assert ConflictCheck.objects.get().checked_at == checked
    tie = relies(model, data)
    tasks.task_recheck_conflicts()
    assert [found.ref for found in conflicts_of("CHG-1")] == ["CHG-2"]
    tie.delete()
    bump_graph()
    tasks.task_recheck_conflicts()
    assert conflicts_of("CHG-1") == []


def test_recheck_due_when_a_rulebook_comes_while_all_is_checked_takes_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leila = actors.person(person("leila", Role.CHANGE_MANAGER))
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    noted = checking._note
    document = Rulebook().document()
    document["severities"]["same_component"] = "notice"

    def write_and_note(*seen: int) -> None:
        write_rulebook(actor=leila, document=document, reason="Nobody minds.")
        noted(*seen)

    monkeypatch.setattr(checking, "_note", write_and_note)
    recheck_all(actor=SYSTEM)
    assert conflicts_of("CHG-1")[0].blocking
    monkeypatch.setattr(checking, "_note", noted)
    assert recheck_if_due(actor=SYSTEM)
    assert not conflicts_of("CHG-1")[0].blocking
    assert not recheck_if_due(actor=SYSTEM)


def test_prove_when_every_edit_was_checked_finds_nothing_and_says_so() -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    tasks.task_prove_conflicts()
    assert AuditEvent.objects.filter(object_type="calendar").latest("pk").event == "calendar.proved"
    Conflict.objects.update(cleared_at=clock.now())
    tasks.task_prove_conflicts()
    entry = AuditEvent.objects.filter(object_type="calendar").latest("pk")
    assert entry.event == "calendar.was_wrong"
    assert json.loads(bytes(entry.entry))["data"] == {"missed": ["CHG-1", "CHG-2"]}
    assert conflicts_of("CHG-1")


def test_prove_when_a_booking_stands_otherwise_than_its_conflicts_say_mends_it() -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    release_booking(actor=SYSTEM, booking=booked("CHG-3", span(12, 13), model))
    tasks.task_prove_conflicts()
    Booking.objects.filter(ref="CHG-1").update(stands=Standing.CLEAR)
    Booking.objects.filter(ref="CHG-3").update(stands=Standing.BLOCKED)
    tasks.task_prove_conflicts()
    entry = AuditEvent.objects.filter(object_type="calendar").latest("pk")
    assert json.loads(bytes(entry.entry))["data"] == {"missed": ["CHG-1", "CHG-3"]}
    assert_standing()


def test_recheck_all_when_nothing_moved_finds_nothing_new() -> None:
    model = component("credit-risk")
    for number in range(4):
        booked(f"CHG-{number}", span(number, number + 2), model)
    before = list(Conflict.objects.order_by("pk").values_list("pk", "cleared_at", "path"))
    assert recheck_all(actor=SYSTEM) == set()
    assert list(Conflict.objects.order_by("pk").values_list("pk", "cleared_at", "path")) == before


def test_listeners_when_conflicts_change_are_told_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    told: list[tuple[set[str], Actor]] = []
    monkeypatch.setattr(listeners, "_listeners", [])
    on_conflicts_changed(lambda refs, actor: told.append((refs, actor)))
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        booked("CHG-2", span(7, 9), model)
        assert told == []
    assert told == [({"CHG-1", "CHG-2"}, SYSTEM)]


def test_conflicts_of_all_when_many_are_asked_costs_one_query() -> None:
    model = component("credit-risk")
    for number in range(3):
        booked(f"CHG-{number}", span(6, 8), model)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = conflicts_of_all(["CHG-0", "CHG-1", "CHG-2"])
    assert [len(each) for each in found.values()] == [2, 2, 2]
    assert len(queries) == 1


@pytest.mark.parametrize("others", [1, 3])
def test_find_conflicts_when_more_collide_costs_the_same(others: int) -> None:
    model = component("credit-risk")
    for number in range(others):
        booked(f"CHG-{number}", span(6, 8), model)
    with CaptureQueriesContext(connection) as queries:
        assert len(find_conflicts([model.pk], span(7, 9))) == others
    # the parts, the rulebook, the bookings near, what they move, its parts, their people, the graph's stamp, the
    # instances of periods, the maintenance windows, the other sides
    assert len(queries) == 9
