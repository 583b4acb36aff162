"""Until when a person has seen what they are asked, and what others did since."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Seen
from apps.approvals.rules.seeing import VISIT
from apps.approvals.selectors import SinceSeen, since_seen
from apps.approvals.services import close_round, erase_looks, mark_seen
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor, person, system, token
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign
from tests.races import at_once

pytestmark = pytest.mark.django_db
EVENTS = ("approval.signed", "comment.added", "conflict.found")
MINUTE = timedelta(minutes=1)
START = datetime.fromisoformat("2027-03-01T09:00+00:00")


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def asked(val: User) -> Requirement:
    add_person("spo", Role.SPONSOR)
    return asked_of(
        a_round(a_need(component="m"), a_need(Role.SPONSOR), by=add_person("ann")), Role.VALIDATOR, "m"
    )


def look(user: User, asked: Requirement, at: datetime = START) -> None:
    with clock.moved_to(at):
        mark_seen(actor=person(user), requirement=asked, at=at)


def since(user: User, asked: Requirement, at: datetime) -> SinceSeen | None:
    with clock.moved_to(at):
        return since_seen(user, [asked], EVENTS).get(asked.pk)


def happens(event: str, asked: Requirement, at: datetime, by: Actor = LOADER, kind: str = "") -> None:
    with clock.moved_to(at):
        record_event(event=event, actor=by, obj=(kind or "change", asked.round.subject_ref))


def test_what_was_never_seen_is_left_out(val: User, asked: Requirement) -> None:
    assert since(val, asked, START) is None
    look(add_person("other", Role.VALIDATOR), asked)
    assert since(val, asked, START) is None


def test_what_others_did_since_is_counted_by_kind(val: User, asked: Requirement) -> None:
    happens("comment.added", asked, START - MINUTE)
    look(val, asked)
    for minutes in (1, 3, 2):
        happens("comment.added", asked, START + minutes * MINUTE)
    happens("conflict.found", asked, START + MINUTE, kind="booking")
    happens("comment.added", asked, START + 4 * MINUTE, person(val))
    happens("comment.added", asked, START + 4 * MINUTE, token(val, "ab12"))
    happens("change.edited", asked, START + 4 * MINUTE)
    happens("conflict.found", asked, START + 4 * MINUTE, kind="component")
    found = since(val, asked, START + 2 * VISIT)
    assert found is not None
    assert (found.at, found.revision) == (START, 1)
    assert {one.event: (one.times, one.at) for one in found.happened} == {
        "comment.added": (3, START + 3 * MINUTE),
        "conflict.found": (1, START + MINUTE),
    }


def test_what_is_new_stays_marked_for_one_visit(val: User, asked: Requirement) -> None:
    look(val, asked)
    happens("comment.added", asked, START + MINUTE)
    second = START + 3 * VISIT
    look(val, asked, second)
    look(val, asked, second + VISIT - MINUTE)
    during = since(val, asked, second + VISIT)
    assert during is not None
    assert (during.at, len(during.happened)) == (START, 1), "the visit still lasts"
    after = since(val, asked, second + 2 * VISIT)
    assert after is not None
    assert (after.at, after.happened) == (second + VISIT - MINUTE, [])


def test_what_happens_during_the_first_visit_is_new(val: User, asked: Requirement) -> None:
    look(val, asked)
    happens("comment.added", asked, START + MINUTE)
    look(val, asked, START + 2 * MINUTE)
    found = since(val, asked, START + 3 * MINUTE)
    assert found is not None
    assert [one.times for one in found.happened] == [1]


def test_visit_of_the_same_minute_ends_exactly_after_its_length(val: User, asked: Requirement) -> None:
    look(val, asked)
    look(val, asked, START + VISIT)
    row = Seen.objects.get()
    assert (row.at, row.before_at) == (START + VISIT, START)
    look(val, asked, START + 2 * VISIT - MINUTE)
    row.refresh_from_db()
    assert (row.at, row.before_at) == (START + 2 * VISIT - MINUTE, START)


def test_what_was_shown_earlier_or_is_to_come_undoes_nothing(val: User, asked: Requirement) -> None:
    look(val, asked)
    look(val, asked, START - MINUTE)
    assert Seen.objects.get().at == START
    with clock.moved_to(START + MINUTE):
        mark_seen(actor=person(val), requirement=asked, at=START + 9 * VISIT)
    assert Seen.objects.get().at == START + MINUTE


def test_new_revision_is_new_to_whoever_saw_the_last(val: User, asked: Requirement) -> None:
    look(val, asked)
    close_round(actor=LOADER, round=asked.round)
    again = asked_of(
        a_round(a_need(component="m"), ref=asked.round.subject_ref, revision=2), Role.VALIDATOR, "m"
    )
    found = since(val, again, START + VISIT)
    assert found is not None
    assert (found.at, found.revision) == (START, 1)
    look(val, again, START + VISIT)
    look(val, asked, START + 2 * VISIT)
    later = since(val, again, START + 3 * VISIT)
    assert later is not None
    assert (later.at, later.revision) == (START + VISIT, 2), "an old revision that is over tells nothing"


def test_nothing_is_kept_of_a_round_that_is_over_nor_of_what_is_no_person(
    val: User, asked: Requirement
) -> None:
    mark_seen(actor=system("test"), requirement=asked, at=START)
    close_round(actor=LOADER, round=asked.round)
    asked.round.refresh_from_db()
    look(val, asked)
    assert not Seen.objects.exists()


def test_signature_of_another_is_told_and_ones_own_is_not(val: User, asked: Requirement) -> None:
    spo = User.objects.get(username="spo")
    look(val, asked, clock.now() - VISIT)
    sign(
        actor=person(spo), requirement=asked_of(asked.round, Role.SPONSOR), digest=DIGEST, decision="approve"
    )
    look(spo, asked, clock.now() - VISIT)
    assert [one.event for one in since_seen(val, [asked], EVENTS)[asked.pk].happened] == ["approval.signed"]
    assert since_seen(spo, [asked], EVENTS)[asked.pk].happened == []


def test_what_was_seen_is_erased_with_how_it_was_looked_at(val: User, asked: Requirement) -> None:
    look(val, asked)
    assert erase_looks(actor=LOADER, person=val) == 1
    assert not Seen.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_pages_that_open_at_once_leave_one_row_and_the_latest_time() -> None:
    val = add_person("val", Role.VALIDATOR)
    asked = asked_of(a_round(a_need(component="m")), Role.VALIDATOR, "m")
    now = clock.now()
    at_once(
        *[
            partial(mark_seen, actor=person(val), requirement=asked, at=now - number * MINUTE)
            for number in range(8)
        ]
    )
    row = Seen.objects.get()
    assert row.at == now
    assert now - 7 * MINUTE <= row.before_at <= now
