"""How long a signer looked and what they opened: what is kept, who sees it, and that unknown is never quick."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import deactivate_person
from apps.approvals.models import Look, Requirement, Round, Signature
from apps.approvals.rules import Barred
from apps.approvals.rules.looking import LATE, LONGEST, MOST, Looking
from apps.approvals.selectors import lookings_for
from apps.approvals.services import erase_looks, record_look
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person, system
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def leila() -> User:
    return add_person("leila", Role.CHANGE_MANAGER)


@pytest.fixture
def asked(val: User) -> Requirement:
    barred = add_person("barred", Role.VALIDATOR)
    round_ = a_round(a_need(component="m"), barred=[Barred(barred.pk, "You made it.")])
    return asked_of(round_, Role.VALIDATOR, "m")


def look(user: User, asked: Requirement, seconds: int = 0, opened: str = "") -> bool:
    return record_look(actor=person(user), requirement=asked, seconds=seconds, opened=opened)


def put(user: User, asked: Requirement) -> Signature:
    return sign(actor=person(user), requirement=asked, digest=DIGEST, decision="approve")


@pytest.mark.parametrize(
    ("seconds", "opened", "words", "quick"),
    [
        (None, 0, "not known how long it was looked at: the browser did not say", False),
        (0, 0, "in view for 0 seconds, no evidence opened", True),
        (19, 0, "in view for 19 seconds, no evidence opened", True),
        (20, 0, "in view for 20 seconds, no evidence opened", False),
        (1, 1, "in view for 1 second, 1 piece of evidence opened", False),
        (125, 3, "in view for 2 minutes, 3 pieces of evidence opened", False),
        (3 * 3600, 2, "in view for 3 hours, 2 pieces of evidence opened", False),
    ],
)
def test_looking_is_a_fact_and_unknown_is_not_quick(
    seconds: int | None, opened: int, words: str, quick: bool
) -> None:
    looking = Looking(seconds, opened)
    assert (looking.said, looking.is_quick(20)) == (words, quick)
    assert not looking.is_quick(0)


def test_look_adds_up_and_counts_each_piece_once_for_a_change_manager_alone(
    val: User, leila: User, asked: Requirement
) -> None:
    for seconds, opened in ((3, ""), (4, "Plan"), (0, " Plan\n"), (2, "Settings that differ")):
        assert look(val, asked, seconds, opened)
    signature = put(val, asked)
    assert lookings_for(leila, [signature]) == {signature.pk: Looking(9, 2)}
    for other in (
        val,
        add_person("aud", Role.AUDITOR),
        add_person("exec", Role.EXECUTIVE),
        add_person("none"),
    ):
        assert lookings_for(other, [signature]) == {}


def test_look_that_was_never_told_is_unknown(val: User, leila: User, asked: Requirement) -> None:
    signature = put(val, asked)
    assert lookings_for(leila, [signature])[signature.pk].seconds is None


def test_look_of_whoever_is_not_asked_changes_nothing(val: User, asked: Requirement) -> None:
    gone = add_person("gone", Role.VALIDATOR)
    deactivate_person(actor=LOADER, user=gone)
    for user in (User.objects.get(username="barred"), add_person("spo", Role.SPONSOR), gone):
        assert not look(user, asked, 30, "Plan")
    assert not record_look(actor=system("test"), requirement=asked, seconds=30, opened="Plan")
    assert not Look.objects.exists()


def test_look_told_late_counts_for_a_minute_after_the_signature(
    val: User, leila: User, asked: Requirement
) -> None:
    signature = put(val, asked)
    with clock.moved_to(signature.signed_at + LATE - timedelta(seconds=1)):
        assert look(val, asked, 7)
    with clock.moved_to(signature.signed_at + LATE):
        assert not look(val, asked, 60, "Plan")
    assert lookings_for(leila, [signature])[signature.pk] == Looking(7, 0)


def test_look_keeps_no_more_than_it_may(val: User, asked: Requirement) -> None:
    for number in range(MOST + 5):
        look(val, asked, 0, f"Piece {number}")
    assert Look.objects.exclude(what="").count() == MOST
    look(val, asked, 10**9, "x" * 500)
    look(val, asked, -5)
    assert Look.objects.get(what="").seconds == LONGEST


def test_looks_are_beside_the_ledger_and_erased_with_a_trace(val: User, asked: Requirement) -> None:
    before = AuditEvent.objects.count()
    look(val, asked, 4, "Plan")
    assert AuditEvent.objects.count() == before
    assert erase_looks(actor=LOADER, person=val) == 2
    assert not Look.objects.exists()
    assert AuditEvent.objects.latest("pk").event == "approval.looks_erased"


def send(client: Client, asked: Requirement, **values: Any) -> int:
    return int(client.post(f"/approvals/{asked.pk}/looked/", values).status_code)


def test_beacon_takes_a_plain_post_of_whoever_is_asked_and_nothing_else(
    client: Client, val: User, asked: Requirement
) -> None:
    assert send(client, asked, seconds=4) == 302, "nobody is signed in"
    client.force_login(val)
    assert send(client, asked, seconds=4, opened="Plan") == 204
    assert client.get(f"/approvals/{asked.pk}/looked/").status_code == 405
    for wrong in (
        {},
        {"seconds": "x"},
        {"seconds": -1},
        {"seconds": 10**9},
        {"seconds": 1, "opened": "x" * 201},
    ):
        assert send(client, asked, **wrong) == 422, wrong
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(val)
    assert send(strict, asked, seconds=4) == 403
    client.force_login(User.objects.get(username="barred"))
    assert send(client, asked, seconds=4) == 403
    client.force_login(add_person("nobody"))
    assert send(client, asked, seconds=4) == 404
    assert sorted(Look.objects.values_list("user__username", "what", "seconds")) == [
        ("val", "", 4),
        ("val", "Plan", 0),
    ]


def test_signature_page_tells_a_change_manager_alone_and_blames_nobody(
    client: Client, val: User, leila: User, asked: Requirement
) -> None:
    look(val, asked, 4)
    signature = put(val, asked)
    path = f"/approvals/signatures/{signature.pk}/"
    client.force_login(leila)
    text = client.get(path).content.decode()
    assert "In view for 4 seconds, no evidence opened." in text
    assert "ask what would help" in text
    for word in ("rubber", "stamp", "careless", "blame", "failed to"):
        assert word not in text.lower()
    Round.objects.update(least_seconds=4)
    assert "ask what would help" not in client.get(path).content.decode()
    for other in (val, add_person("aud", Role.AUDITOR), add_person("spo", Role.SPONSOR)):
        client.force_login(other)
        text = client.get(path).content.decode()
        assert signature.printed_name in text
        assert "In view for" not in text
        assert "How it was looked at" not in text
