"""The showing of a signing page: what it binds, and every way in which it is refused."""

import json
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.accounts.models import User
from apps.accounts.services import deactivate_person
from apps.approvals.models import Requirement, Round, Signature, SignIntent
from apps.approvals.rules.checklists import checklist
from apps.approvals.rules.intents import LIFE, Proof, is_alive
from apps.approvals.services import (
    Spent,
    close_round,
    forget_unused_intents,
    show_withdrawal,
    sign,
    withdraw_signature,
)
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from apps.core.errors import Forbidden, Invalid, PortalError, Stale
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def asked(val: User) -> Requirement:
    add_person("wal", Role.VALIDATOR)
    return asked_of(a_round(a_need(component="m"), a_need(component="n")), Role.VALIDATOR, "m")


def answer(user: User, asked: Requirement, proof: Proof, **more: Any) -> Signature:
    """Send what the page sends."""
    values: dict[str, Any] = {"digest": DIGEST, "decision": "approve", "checked": checklist(asked.role)}
    return sign(actor=person(user), requirement=asked, proof=proof, **(values | more))


def replaced(proof: Proof, **more: Any) -> Proof:
    return Proof(**(vars(proof) | more))


def test_sign_when_it_answers_its_page_keeps_nonce_and_time_of_authentication(
    val: User, asked: Requirement
) -> None:
    proof = prove(person(val), asked)
    signature = answer(val, asked, proof)
    assert (signature.nonce, signature.authenticated_at) == (proof.nonce, proof.at)
    assert SignIntent.objects.get().signature == signature
    said = json.loads(b64decode(json.loads(signature.attestation)["payload"]))["predicate"]
    assert said["nonce"] == proof.nonce
    assert said["authentication"] == {"method": "password", "at": clock.iso(proof.at)}
    assert said["checked"] == list(checklist(Role.VALIDATOR)) != []
    entry = json.loads(bytes(AuditEvent.objects.get(event="approval.signed").entry))["data"]
    assert (entry["nonce"], entry["checked"]) == (proof.nonce, said["checked"])
    assert entry["authenticated"] == said["authentication"]["at"]


def test_sign_when_the_page_is_sent_again_is_the_same_signature(val: User, asked: Requirement) -> None:
    proof = prove(person(val), asked)
    assert answer(val, asked, proof) == answer(val, asked, proof)
    assert Signature.objects.count() == 1


def refused(user: User, asked: Requirement, proof: Proof, kind: type[PortalError], **more: Any) -> str:
    """Send it, and return the reason for which it is refused. Nothing more is signed."""
    before = Signature.objects.count()
    with pytest.raises(kind) as why:
        answer(user, asked, proof, **more)
    assert Signature.objects.count() == before
    assert "Nothing" in why.value.reason or "signed this already" in why.value.reason
    return why.value.reason


def test_sign_when_a_nonce_is_used_for_anything_else_is_refused(val: User, asked: Requirement) -> None:
    proof = prove(person(val), asked)
    answer(val, asked, proof)
    refused(val, asked, proof, Forbidden, decision="reject", note="No.")
    other = asked_of(asked.round, Role.VALIDATOR, "n")
    assert "not shown to you" in refused(val, other, proof, Forbidden)
    assert "not shown to you" in refused(User.objects.get(username="wal"), other, proof, Forbidden)


def test_sign_when_it_is_another_persons_or_sessions_page_is_refused(val: User, asked: Requirement) -> None:
    proof = prove(person(val), asked)
    wal = User.objects.get(username="wal")
    for who, sent in [
        (wal, proof),
        (val, replaced(proof, session="another")),
        (val, replaced(proof, nonce="guessed")),
        (val, replaced(proof, nonce="")),
    ]:
        assert "not shown to you in this session" in refused(who, asked, sent, Forbidden)
    assert answer(val, asked, proof)


def test_sign_when_five_minutes_are_over_is_refused(val: User, asked: Requirement) -> None:
    proof = prove(person(val), asked)
    with clock.moved_to(SignIntent.objects.get().shown_at + LIFE):
        assert "5 minutes ago" in refused(val, asked, replaced(proof, at=clock.now()), Spent)
    with clock.moved_to(SignIntent.objects.get().shown_at + LIFE - timedelta(microseconds=1)):
        assert answer(val, asked, replaced(proof, at=clock.now()))


def test_sign_when_who_one_is_was_proved_too_long_ago_or_in_the_future_is_refused(
    val: User, asked: Requirement
) -> None:
    proof = prove(person(val), asked)
    for seconds in (-61, 5):
        late = replaced(proof, at=clock.now() + timedelta(seconds=seconds))
        assert "Each signature asks who you are" in refused(val, asked, late, Forbidden)
    earlier = replaced(proof, earlier=True, at=clock.now())
    assert "Each signature asks who you are" in refused(val, asked, earlier, Forbidden)
    Round.objects.update(fresh_minutes=2)
    for seconds in (-121, 5):
        late = replaced(earlier, at=clock.now() + timedelta(seconds=seconds))
        assert "more than 2 minutes ago" in refused(val, asked, late, Forbidden)
    assert answer(val, asked, replaced(earlier, at=clock.now() - timedelta(seconds=110)))


def test_sign_when_the_digest_or_meaning_is_not_what_was_shown_is_stale(
    val: User, asked: Requirement
) -> None:
    proof = prove(person(val), asked)
    SignIntent.objects.update(digest="0" * 64)
    refused(val, asked, proof, Stale)
    refused(val, asked, proof, Stale, digest="0" * 64)
    SignIntent.objects.update(digest=DIGEST, meanings={"approve": "I have seen it."})
    assert "What you would say" in refused(val, asked, proof, Stale)


def test_sign_when_the_round_closed_or_the_person_left_after_the_page_was_shown_is_refused(
    val: User, asked: Requirement
) -> None:
    wal = User.objects.get(username="wal")
    proof, other = prove(person(val), asked), prove(person(wal), asked)
    deactivate_person(actor=LOADER, user=User.objects.get(pk=val.pk))
    with pytest.raises(Forbidden, match="account is closed"):
        answer(val, asked, proof)
    close_round(actor=LOADER, round=asked.round)
    refused(wal, asked, other, Stale)


@pytest.mark.parametrize("role", APPROVING_ROLES)
def test_sign_when_a_check_is_left_out_is_refused_for_each_role(role: Role) -> None:
    user = add_person("", role)
    asked = asked_of(a_round(a_need(role)), role)
    points = checklist(role)
    assert len(points) >= 2
    proof = prove(person(user), asked)
    for left in range(len(points)):
        with pytest.raises(Invalid) as wrong:
            answer(user, asked, proof, checked=points[:left] + points[left + 1 :])
        assert "checked" in wrong.value.fields
    assert answer(user, asked, proof, checked=["another thing", *points]).checked == list(points)


def test_sign_when_rejecting_needs_no_check(val: User, asked: Requirement) -> None:
    assert (
        answer(val, asked, prove(person(val), asked), decision="reject", note="No.", checked=()).checked == []
    )


def taking_back(user: User, asked: Requirement, session: str = "test") -> Proof:
    shown = show_withdrawal(actor=person(user), requirement=asked, session=session)
    return Proof(shown.nonce, session, "password", clock.now())


def take(user: User, asked: Requirement, proof: Proof) -> Signature:
    return withdraw_signature(actor=person(user), requirement=asked, reason="Misread.", proof=proof)


def test_withdraw_answers_its_own_showing_once_and_in_time(val: User, asked: Requirement) -> None:
    wal = User.objects.get(username="wal")
    signing = prove(person(val), asked)
    answer(val, asked, signing)
    other = asked_of(asked.round, Role.VALIDATOR, "n")
    proof = taking_back(val, asked)
    for wrong, kind, words in [
        (signing, Spent, "used to sign already"),
        (prove(person(val), asked), Stale, "What you would say"),
        (replaced(proof, session="another"), Forbidden, "not shown to you"),
        (replaced(proof, nonce=""), Forbidden, "not shown to you"),
        (taking_back(wal, asked), Forbidden, "not shown to you"),
        (taking_back(val, other), Forbidden, "not shown to you"),
        (replaced(proof, at=clock.now() - timedelta(seconds=61)), Forbidden, "Each signature asks"),
    ]:
        with pytest.raises(kind, match=words):
            take(val, asked, wrong)
    over = clock.moved_to(SignIntent.objects.get(nonce=proof.nonce).shown_at + LIFE)
    with over, pytest.raises(Spent, match="Nothing was taken back"):
        take(val, asked, replaced(proof, at=clock.now()))
    assert Signature.objects.get().withdrawn_at is None
    taken = take(val, asked, proof)
    assert (taken.nonce, taken.meaning) == (
        proof.nonce,
        SignIntent.objects.get(nonce=proof.nonce).meanings["withdraw"],
    )
    assert take(val, asked, proof) == taken
    assert answer(val, asked, prove(person(val), asked))
    with pytest.raises(Spent):
        take(val, asked, proof)


def test_sign_when_the_page_was_for_taking_back_is_refused(val: User, asked: Requirement) -> None:
    refused(val, asked, taking_back(val, asked), Stale)


def test_intents_when_unused_are_forgotten_after_a_day(val: User, asked: Requirement) -> None:
    answer(val, asked, prove(person(val), asked))
    prove(person(val), asked)
    assert forget_unused_intents() == 0
    with clock.moved_to(clock.now() + timedelta(days=1, minutes=1)):
        assert forget_unused_intents() == 1
    assert SignIntent.objects.get().signature is not None


def test_is_alive_is_half_open() -> None:
    now = clock.now()
    assert [is_alive(now, now + step) for step in (timedelta(0), LIFE - clock.now().resolution, LIFE)] == [
        True,
        True,
        False,
    ]
    assert not is_alive(now, now - timedelta(seconds=1))
