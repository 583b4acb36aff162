"""What is stored after any run of edits is what the oracle finds then, on both sides, and never twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.calendar.enums import BookingState, ConflictKind, FreezeScope
from apps.calendar.models import Booking, Conflict, Freeze
from apps.calendar.rules import Scope, Span
from apps.calendar.selectors import conflicts_of
from apps.calendar.selectors.bookings import plans_of
from apps.calendar.services import lift_freeze, recheck_all, recheck_if_due, release_booking
from apps.catalog.models import Component, Dependency
from apps.catalog.selectors import forget_graph, graph
from apps.core import actors
from tests.calendar.oracle import expected
from tests.planning import DAY, SYSTEM, booked, component, frozen, person, relies

SIZE = 5
at = st.integers(0, 12)
length = st.integers(1, 5)
some = st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=2)
edits = st.one_of(
    st.tuples(st.just("book"), st.integers(1, 4), at, length, some),
    st.tuples(st.just("release"), st.integers(1, 4)),
    st.tuples(st.just("freeze"), at, length, st.integers(0, SIZE - 1)),
    st.tuples(st.just("lift"), st.integers(1, 2)),
    st.tuples(st.just("tie"), st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)),
)


def window(start: int, minutes: int) -> Span:
    begins = DAY + timedelta(minutes=start)
    ends = begins + timedelta(minutes=minutes)
    return Span(begins, ends, "UTC", f"{begins:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}")


def do(edit: tuple, things: list[Component], leila: User) -> None:
    match edit:
        case ("book", ref, start, minutes, moved):
            booked(f"CHG-{ref}", window(start, minutes), *(things[each] for each in moved))
        case ("release", ref):
            for booking in Booking.objects.filter(ref=f"CHG-{ref}"):
                release_booking(actor=SYSTEM, booking=booking)
        case ("freeze", start, minutes, thing):
            frozen(leila, window(start, minutes), Scope(FreezeScope.COMPONENT, component_id=things[thing].pk))
        case ("lift", number):
            for freeze in Freeze.objects.filter(number=number):
                lift_freeze(actor=actors.person(leila), freeze=freeze)
        case ("tie", one, two) if one != two:
            if not Dependency.objects.filter(consumer=things[one], provider=things[two]).exists():
                relies(things[one], things[two])
            recheck_if_due(actor=SYSTEM)


def wanted() -> set[tuple]:
    plans = plans_of(Booking.objects.exclude(state=BookingState.RELEASED))
    found = {(kind, first, other, None) for kind, first, other in expected(graph(), plans)}
    for freeze in Freeze.objects.filter(lifted_at=None):
        found |= {
            (ConflictKind.FREEZE, plan.id, None, freeze.pk)
            for plan in plans
            if plan.start < freeze.end and freeze.start < plan.end and freeze.component_id in plan.parts
        }
    return found


def stored() -> list[tuple]:
    rows = Conflict.objects.filter(cleared_at=None)
    return sorted(rows.values_list("kind", "booking_id", "other_id", "freeze_id"), key=str)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(edits, min_size=1, max_size=10))
def test_stored_when_plans_freezes_and_graph_are_edited_equals_the_oracle(run: list[tuple]) -> None:
    with transaction.atomic():
        leila = person("leila", Role.CHANGE_MANAGER)
        things = [component(f"c{number}") for number in range(SIZE)]
        for edit in run:
            do(edit, things, leila)
            assert stored() == sorted(wanted(), key=str)
        assert recheck_all(actor=SYSTEM) == set()
        assert Conflict.objects.count() == len(
            set(Conflict.objects.values_list("kind", "booking_id", "other_id", "freeze_id"))
        )
        transaction.set_rollback(True)
    forget_graph()


@pytest.mark.django_db(transaction=True)
def test_book_when_two_book_at_the_same_moment_neither_misses_the_other() -> None:
    model = component("credit-risk")
    ready = threading.Barrier(4)

    def plan(ref: str) -> None:
        ready.wait()
        try:
            booked(ref, window(0, 5), model)
        finally:
            connection.close()

    threads = [threading.Thread(target=plan, args=[f"CHG-{number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(conflicts_of(f"CHG-{number}")) for number in range(4)] == [3, 3, 3, 3]
