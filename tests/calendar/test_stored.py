"""What is stored after any run of edits is what the oracle finds then, on both sides, and never twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.calendar.enums import BookingState, Duty, PeriodKind
from apps.calendar.models import Booking, Conflict, Period
from apps.calendar.rules import EVERYTHING, Limit, Needed, Recurrence, Rulebook, Span, scope_of_one
from apps.calendar.selectors import conflicts_of, rulebook_in_force
from apps.calendar.selectors.bookings import plans_of
from apps.calendar.selectors.times import times_between, windowed
from apps.calendar.services import (
    PeriodPlan,
    book,
    finish_booking,
    lift_period,
    plan_period,
    recheck_all,
    recheck_if_due,
    release_booking,
    write_rulebook,
)
from apps.catalog.models import Component, Dependency
from apps.catalog.selectors import forget_graph, graph
from apps.core import actors
from tests.calendar.oracle import expected
from tests.planning import DAY, SYSTEM, assert_standing, booked, component, person, relies

SIZE = 5
at = st.integers(0, 12)
length = st.integers(1, 5)
ties = st.sampled_from(["reads", "writes"])
some = st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=2)
kinds = st.sampled_from(list(PeriodKind))
limit = Limit("two", EVERYTHING, 2)
rulebooks = st.sampled_from(
    [
        Rulebook(limits=(limit,)),
        Rulebook(
            reads=1, writes=None, cooldown={2: timedelta(hours=1)}, limits=(Limit("one", EVERYTHING, 1),)
        ),
        Rulebook(back_to_back=timedelta(minutes=3), cooldown={}),
    ]
)
edits = st.one_of(
    st.tuples(st.just("book"), st.integers(1, 5), at, length, some, st.integers(1, 3)),
    st.tuples(st.just("release"), st.integers(1, 5)),
    st.tuples(st.just("finish"), st.integers(1, 5), at),
    st.tuples(st.just("period"), at, length, st.integers(0, SIZE - 1), kinds),
    st.tuples(st.just("lift"), st.integers(1, 3)),
    st.tuples(st.just("tie"), st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), ties),
    st.tuples(st.just("rules"), rulebooks),
)


def window(start: int, minutes: int) -> Span:
    begins = DAY + timedelta(minutes=start)
    ends = begins + timedelta(minutes=minutes)
    return Span(begins, ends, "UTC", f"{begins:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}")


def do(edit: tuple, things: list[Component], leila: User, leads: list[User]) -> None:  # noqa: C901 (one case for each edit)
    match edit:
        case ("book", ref, start, minutes, moved, lead):
            book(
                actor=SYSTEM,
                ref=f"CHG-{ref}",
                title="Work",
                url="/",
                span=window(start, minutes),
                component_ids=[things[each].pk for each in moved],
                people=[Needed(leads[lead - 1].pk, Duty.LEAD)],
            )
        case ("release", ref):
            for booking in Booking.objects.filter(ref=f"CHG-{ref}"):
                release_booking(actor=SYSTEM, booking=booking)
        case ("finish", ref, ended):
            for booking in Booking.objects.filter(ref=f"CHG-{ref}"):
                finish_booking(actor=SYSTEM, booking=booking, at=DAY + timedelta(minutes=ended))
        case ("period", start, minutes, thing, kind):
            scope = scope_of_one("component", things[thing].key)
            times = window(start, minutes)
            recurrence = Recurrence(times.local_start, times.local_end, "UTC", "FREQ=DAILY;COUNT=2")
            plan = PeriodPlan("Time", "Why", recurrence, kind, scope, on_call=(leads[0],))
            plan_period(actor=actors.person(leila), plan=plan)
        case ("lift", number):
            for period in Period.objects.filter(number=number):
                lift_period(actor=actors.person(leila), period=period, reason="Over")
        case ("tie", one, two, kind) if one != two:
            if not Dependency.objects.filter(consumer=things[one], provider=things[two]).exists():
                relies(things[one], things[two], kind)
            recheck_if_due(actor=SYSTEM)
        case ("rules", rulebook) if rulebook.document() != rulebook_in_force().document():
            write_rulebook(actor=actors.person(leila), document=rulebook.document(), reason="Better so.")
            recheck_all(actor=SYSTEM)


def wanted() -> list[tuple]:
    plans = plans_of(Booking.objects.exclude(state=BookingState.RELEASED))
    around = times_between(DAY - timedelta(days=2), DAY + timedelta(days=4))
    found = expected(graph(), rulebook_in_force(), plans, around, windowed())
    # As rows hold them: a kind sorts by its value, and not by how it is printed.
    return sorted(((str(kind), *rest) for kind, *rest in found), key=str)


def stored() -> list[tuple]:
    rows = Conflict.objects.filter(cleared_at=None)
    return sorted(rows.values_list("kind", "booking_id", "other_id", "period_id", "what"), key=str)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(edits, min_size=1, max_size=10))
def test_stored_when_plans_freezes_and_graph_are_edited_equals_the_oracle(run: list[tuple]) -> None:
    with transaction.atomic():
        leila = person("leila", Role.CHANGE_MANAGER)
        leads = [person(f"lead{number}") for number in range(3)]
        things = [component(f"c{number}") for number in range(SIZE)]
        for edit in run:
            do(edit, things, leila, leads)
            assert stored() == wanted()
            assert_standing()
        assert recheck_all(actor=SYSTEM) == set()
        assert Conflict.objects.count() == len(
            set(Conflict.objects.values_list("kind", "booking_id", "other_id", "period_id", "what"))
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
