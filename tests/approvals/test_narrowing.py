"""Narrowing an inbox: what the database finds is what reading row by row finds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Round
from apps.approvals.selectors import Counts, Narrow, Tab, inbox_counts, inbox_for, open_count_for
from apps.approvals.services import snooze
from apps.core import clock
from apps.core.actors import person
from tests.approvals.test_covering import covering
from tests.people import DIGEST, a_need, a_round, add_person, asked_of, sign

pytestmark = pytest.mark.django_db
DUES = (-30, -1, 1, 5, 40, 100, 200)
"""Hours from now."""


@pytest.fixture
def val() -> User:
    """Return a validator who also stands in for a sponsor, asked by two people for many things."""
    val, ann = add_person("val", Role.VALIDATOR), add_person("ann", Role.SPONSOR)
    add_person("another", Role.VALIDATOR)
    covering(ann, val)
    for number, hours in enumerate(DUES):
        round_ = a_round(
            a_need(Role.VALIDATOR, f"model-{number % 3}", hours=hours),
            a_need(Role.SPONSOR, hours=hours),
            risk=number % 4 + 1,
            subject_class=("urgent", "normal")[number % 2],
            by=add_person(f"by{number}"),
        )
        if number % 3 == 0:
            Round.objects.filter(pk=round_.pk).update(went_ahead_at=clock.now())
    return val


def by_hand(narrow: Narrow) -> Callable[[Requirement], bool]:
    def holds(asked: Requirement) -> bool:
        round_ = asked.round
        start, end = narrow.due
        said = (round_.subject_title, asked.component_label, asked.question)
        text = narrow.text.lower()
        return (
            (not narrow.role or asked.role == narrow.role)
            and (not narrow.subject_type or round_.subject_type == narrow.subject_type)
            and (not narrow.subject_class or round_.subject_class == narrow.subject_class)
            and (not narrow.afterwards or round_.went_ahead_at is not None)
            and (not narrow.for_another or asked.role == Role.SPONSOR)
            and (start is None or asked.due_at >= start)
            and (end is None or asked.due_at < end)
            and round_.risk >= narrow.risk
            and (not text or text == round_.subject_ref.lower() or any(text in each.lower() for each in said))
        )

    return holds


@st.composite
def narrows(draw: st.DrawFn) -> Narrow:
    now = clock.now()
    bounds = st.none() | st.sampled_from([-48, 0, 24, 168]).map(lambda hours: now + timedelta(hours=hours))
    return Narrow(
        role=draw(st.sampled_from(["", Role.VALIDATOR, Role.SPONSOR, Role.OWNER])),
        subject_type=draw(st.sampled_from(["", "change", "policy"])),
        subject_class=draw(st.sampled_from(["", "normal", "urgent", "standard"])),
        afterwards=draw(st.booleans()),
        for_another=draw(st.booleans()),
        due=(draw(bounds), draw(bounds)),
        risk=draw(st.integers(0, 4)),
        text=draw(st.sampled_from(["", "MODEL-1", "fit?", "credit", "nothing like it", "%", "_"])),
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(narrows())
def test_what_is_found_is_what_reading_row_by_row_finds(val: User, narrow: Narrow) -> None:
    everything = list(inbox_for(val, "needs_me"))
    assert len(everything) == 2 * len(DUES)
    assert list(inbox_for(val, "needs_me", narrow)) == [row for row in everything if by_hand(narrow)(row)]


def test_number_of_a_change_finds_that_change_alone(val: User) -> None:
    first = inbox_for(val, "needs_me")[0]
    found = inbox_for(val, "needs_me", Narrow(text=f" {first.round.subject_ref.lower()}\x00 "))
    assert {row.round_id for row in found} == {first.round_id}


def test_every_tab_is_narrowed(val: User) -> None:
    ann = User.objects.get(username="ann")
    rounds = [asked.round for asked in inbox_for(val, "needs_me", Narrow(role=Role.VALIDATOR))]
    own, covered, later, _ = rounds[3:7]
    with_number: dict[Tab, tuple[User, Round]] = {
        "needs_me": (val, rounds[6]),
        "snoozed": (val, later),
        "waiting": (User.objects.get(pk=own.opened_by_id), own),
        "decided": (val, own),
    }
    snooze(
        actor=person(val),
        requirement=asked_of(later, Role.VALIDATOR, _label(later)),
        until=clock.now() + timedelta(hours=3),
    )
    sign(
        actor=person(val),
        requirement=asked_of(own, Role.VALIDATOR, _label(own)),
        digest=DIGEST,
        decision="approve",
    )
    sign(actor=person(val), requirement=asked_of(covered, Role.SPONSOR), digest=DIGEST, decision="approve")
    for tab, (user, round_) in with_number.items():
        found = list(inbox_for(user, tab, Narrow(text=round_.subject_ref)))
        assert {row.round for row in found} == {round_}, tab
        assert not inbox_for(user, tab, Narrow(text="nothing like it")).exists(), tab
    past = (None, clock.now() - timedelta(days=99))
    assert inbox_for(val, "decided", Narrow(due=past)).count() == 2, "when it was due is past"
    assert [row.round for row in inbox_for(val, "decided", Narrow(for_another=True))] == [covered]
    assert not inbox_for(ann, "decided").exists()


def _label(round_: Round) -> str:
    return round_.requirements.get(role=Role.VALIDATOR).component_label


def test_counts_say_what_each_tab_holds(val: User) -> None:
    asked = inbox_for(
        val, "needs_me", Narrow(role=Role.VALIDATOR, due=(clock.now() + timedelta(days=1), None))
    )[0]
    snooze(actor=person(val), requirement=asked, until=clock.now() + timedelta(hours=3))
    assert inbox_counts(val) == Counts(
        needs_me=inbox_for(val, "needs_me").count(), waiting=0, snoozed=1, questions=0, checks=0, cover=1
    )
    assert inbox_counts(val).needs_me == open_count_for(val) == 13
    assert inbox_counts(asked.round.opened_by).waiting == 2
    assert inbox_counts(add_person("nobody")) == Counts(0, 0, 0, 0, 0, 0)
