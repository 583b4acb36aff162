"""The signing page: what it says, whom it refuses, and what it writes."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as RedisDown

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import deactivate_person, passwords
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules import Barred
from apps.approvals.rules.checklists import checklist
from apps.approvals.services import close_round
from apps.audit.models import AuditEvent
from apps.core import clock
from tests.people import DIGEST, LOADER, PASSWORD, a_need, a_round, add_person, asked_of
from tests.second_factors import code, with_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    cache.clear()
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def asked(val: User) -> Requirement:
    add_person("spo", Role.SPONSOR)
    return asked_of(a_round(a_need(component="m"), a_need(Role.SPONSOR)), Role.VALIDATOR, "m")


def post(client: Client, user: User, asked: Requirement, **more: Any) -> Any:
    client.force_login(user)
    values: dict[str, Any] = {"digest": DIGEST, "decision": "approve", "note": "", "password": PASSWORD}
    values |= {"checked": checklist(asked.role), "nonce": nonce_of(client, asked)}
    return client.post(f"/approvals/{asked.pk}/sign/", values | more)


def nonce_of(client: Client, asked: Requirement) -> str:
    """Open the signing page, and return what names this showing; nothing for whoever may not sign."""
    found = re.search(r'name="nonce" value="([^"]+)"', read(client, asked))
    return found[1] if found else "none"


def read(client: Client, asked: Requirement) -> str:
    return str(client.get(f"/approvals/{asked.pk}/sign/").content.decode())


def denials() -> int:
    return AuditEvent.objects.filter(event="access.denied", object_type="change").count()


def test_sign_page_when_opened_says_what_is_signed_and_never_signs(
    client: Client, val: User, asked: Requirement
) -> None:
    client.force_login(val)
    text = client.get(f"/approvals/{asked.pk}/sign/").content.decode()
    assert "Sign as Model Validator for m" in text
    assert "If you approve:" in text
    assert f'value="{DIGEST}"' in text
    assert f'title="{DIGEST}"' in text
    assert 'autocomplete="current-password"' in text
    assert "You pass; give a reason" in text
    assert "Take back" not in text
    assert not Signature.objects.exists()


def test_sign_when_the_password_is_right_signs_and_returns_to_the_change(
    client: Client, val: User, asked: Requirement
) -> None:
    client.force_login(val)
    nonce = nonce_of(client, asked)
    answer = post(client, val, asked, note="Fine.", nonce=nonce)
    assert answer.status_code == 302
    assert answer["Location"] == asked.round.subject_url
    signature = Signature.objects.get()
    assert (signature.signer, signature.note, signature.auth_method) == (val, "Fine.", "password")
    assert post(client, val, asked, nonce=nonce).status_code == 302
    assert Signature.objects.count() == 1


def test_sign_when_the_password_is_wrong_says_so_at_the_field_and_is_written_down(
    client: Client, val: User, asked: Requirement
) -> None:
    answer = post(client, val, asked, password="guess", note="My careful note.")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not your password. Nothing was signed." in text
    assert 'href="#id_password"' in text
    assert "My careful note." in text
    assert "guess" not in text
    assert denials() == 1
    assert not Signature.objects.exists()


def test_sign_when_tried_too_often_waits_even_with_the_right_password(
    client: Client, val: User, asked: Requirement
) -> None:
    for _ in range(10):
        post(client, val, asked, password="guess")
    answer = post(client, val, asked)
    assert "tried too often" in answer.content.decode()
    assert not Signature.objects.exists()


def test_sign_when_attempts_cannot_be_counted_refuses_politely(
    client: Client, val: User, asked: Requirement, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args: object, **kwargs: object) -> None:
        raise RedisDown

    monkeypatch.setattr(passwords.cache, "incr", down)
    answer = post(client, val, asked)
    assert answer.status_code == 422
    assert "We cannot check your password" in answer.content.decode()
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("note", {"decision": "reject"}, "Give a reason"),
        ("note", {"decision": "reject", "note": "   "}, "Give a reason"),
        ("checked_0", {"checked": []}, "Confirm each point, or reject"),
        ("decision_0", {"decision": ""}, "Choose whether you approve, reject or abstain"),
        ("note", {"decision": "abstain"}, "why you do not decide"),
        ("decision_0", {"decision": "withdraw"}, "not one of the available choices"),
        ("password", {"password": ""}, "Your password is missing"),
    ],
)
def test_sign_when_a_field_is_wrong_says_so_there(
    client: Client, val: User, asked: Requirement, field: str, values: dict[str, Any], words: str
) -> None:
    answer = post(client, val, asked, **values)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert f'href="#id_{field}"' in text
    assert "<title>Error: Sign" in text
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("password", "words"), [("guess", "This is not your password."), ("", "Your password is missing")]
)
def test_sign_says_all_that_is_wrong_at_once(
    client: Client, val: User, asked: Requirement, password: str, words: str
) -> None:
    text = post(client, val, asked, checked=[], password=password).content.decode()
    assert "Confirm each point, or reject" in text
    assert words in text
    assert denials() == bool(password), "what was left out is no denial"
    assert not Signature.objects.exists()


def test_sign_when_the_digest_is_stale_is_409_with_what_to_do(
    client: Client, val: User, asked: Requirement
) -> None:
    answer = post(client, val, asked, digest="0" * 64)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "no longer what you were shown. Nothing was signed." in text
    assert "Open it again" in text
    nonce = nonce_of(client, asked)
    close_round(actor=LOADER, round=asked.round)
    assert post(client, val, asked, nonce=nonce).status_code == 409
    assert not Signature.objects.exists()


def test_sign_when_the_person_may_not_explains_it_on_the_page_and_writes_it_down(
    client: Client, val: User
) -> None:
    root = add_person("root", name="Rosa Root")
    User.objects.filter(pk=root.pk).update(is_superuser=True, is_staff=True)
    author = add_person("author", Role.VALIDATOR)
    round_ = a_round(
        a_need(), barred=[Barred(author.pk, "You made version 13 of credit-risk.", Role.VALIDATOR)]
    )
    asked = asked_of(round_, Role.VALIDATOR)
    for user, words in ((root, "do not hold the role"), (author, "You made version 13 of credit-risk.")):
        client.force_login(user)
        shown = client.get(f"/approvals/{asked.pk}/sign/")
        before = denials()
        if user == author:
            assert shown.status_code == 200
            assert words in shown.content.decode()
            assert '<form method="post" novalidate' not in shown.content.decode()
            answer = post(client, user, asked)
            assert answer.status_code == 403
            assert words in answer.content.decode()
            assert denials() == before + 1
        else:
            assert shown.status_code == 404
            assert post(client, user, asked).status_code == 404
    assert not Signature.objects.exists()


def test_sign_when_the_person_was_offboarded_meanwhile_asks_for_sign_in(
    client: Client, val: User, asked: Requirement
) -> None:
    client.force_login(val)
    deactivate_person(actor=LOADER, user=val)
    answer = client.post(f"/approvals/{asked.pk}/sign/", {"digest": DIGEST, "decision": "approve"})
    assert answer["Location"].startswith("/accounts/login/")
    assert not Signature.objects.exists()


def test_sign_when_the_form_has_no_token_is_refused(val: User, asked: Requirement) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(val)
    path = f"/approvals/{asked.pk}/sign/"
    values: dict[str, Any] = {"digest": DIGEST, "decision": "approve", "password": PASSWORD}
    values |= {"checked": checklist(asked.role), "nonce": nonce_of(strict, asked)}
    assert strict.post(path, values).status_code == 403
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(path).content.decode())
    assert found
    assert strict.post(path, values | {"csrfmiddlewaretoken": found[1]}).status_code == 302


def test_sign_when_five_minutes_are_over_shows_it_again_with_what_was_written(
    client: Client, val: User, asked: Requirement
) -> None:
    client.force_login(val)
    nonce = nonce_of(client, asked)
    with clock.moved_to(clock.now() + timedelta(minutes=5, seconds=1)):
        answer = post(client, val, asked, nonce=nonce, note="My careful note.")
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "more than 5 minutes ago. Nothing was signed." in text
        assert "My careful note." in text
        assert nonce not in text
        assert not Signature.objects.exists()
        fresh = re.search(r'name="nonce" value="([^"]+)"', text)
        assert fresh
        assert post(client, val, asked, nonce=fresh[1]).status_code == 302


def test_sign_when_the_page_was_opened_in_another_session_is_refused_and_written_down(
    client: Client, val: User, asked: Requirement
) -> None:
    elsewhere = Client()
    elsewhere.force_login(val)
    answer = post(client, val, asked, nonce=nonce_of(elsewhere, asked))
    assert answer.status_code == 403
    assert "not shown to you in this session. Nothing was signed." in answer.content.decode()
    assert denials() == 1
    assert not Signature.objects.exists()


def settled(user: User, client: Client, *, minutes: float, kind: str = "") -> None:
    """Let a session hold a proof of who one is that is some minutes old."""
    client.force_login(user)
    session = client.session
    record = {"method": "mfa" if kind else "password", "at": time.time() - minutes * 60}
    session["account_authentication_methods"] = [record | ({"type": kind} if kind else {})]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def send(client: Client, asked: Requirement, **more: Any) -> Any:
    """Send the form without any proof in it."""
    values: dict[str, Any] = {"digest": DIGEST, "decision": "approve", "checked": checklist(asked.role)}
    return client.post(f"/approvals/{asked.pk}/sign/", values | more)


def test_sign_when_the_session_is_stale_is_refused_with_the_reason_and_keeps_what_was_written(
    client: Client, val: User, asked: Requirement
) -> None:
    Round.objects.update(fresh_minutes=10)
    settled(val, client, minutes=9)
    nonce = nonce_of(client, asked)
    assert 'id="id_password"' not in read(client, asked)
    settled(val, client, minutes=11)
    nonce = nonce_of(client, asked)
    answer = send(client, asked, nonce=nonce, note="The sample is wide enough.")
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "You proved who you are more than 10 minutes ago. Nothing was signed." in text
    assert "The sample is wide enough." in text
    assert re.search(r'value="approve"[^>]*checked', text)
    assert text.count("checked") >= 1 + len(checklist(asked.role))
    assert 'id="id_password"' in text
    assert (Signature.objects.count(), denials()) == (0, 1)
    again = re.search(r'name="nonce" value="([^"]+)"', text)
    assert again
    assert send(client, asked, nonce=again[1], password=PASSWORD).status_code == 302
    assert Signature.objects.get().auth_method == "password"


def test_sign_when_the_session_is_fresh_enough_asks_no_more_where_the_policy_allows_it(
    client: Client, val: User, asked: Requirement
) -> None:
    settled(val, client, minutes=3)
    assert 'id="id_password"' in read(client, asked)
    assert send(client, asked, nonce=nonce_of(client, asked)).status_code == 422, "each signature asks"
    Round.objects.update(fresh_minutes=5)
    assert "That serves until" in read(client, asked)
    assert send(client, asked, nonce=nonce_of(client, asked)).status_code == 302
    signature = Signature.objects.get()
    assert signature.auth_method == "password"
    assert timedelta(minutes=3) <= signature.signed_at - signature.authenticated_at < timedelta(minutes=4)


def test_sign_when_an_earlier_proof_is_weaker_than_what_is_asked_does_not_serve(
    client: Client, val: User, asked: Requirement, settings: Any
) -> None:
    settings.MFA_TOTP_TOLERANCE = 1
    Round.objects.update(fresh_minutes=5)
    with_app(val)
    settled(val, client, minutes=1)
    assert send(client, asked, nonce=nonce_of(client, asked)).status_code == 422
    settled(val, client, minutes=1, kind="totp")
    assert send(client, asked, nonce=nonce_of(client, asked)).status_code == 302
    assert Signature.objects.get().auth_method == "code"


def test_sign_with_an_app_needs_password_and_code_together_and_each_code_once(
    client: Client, val: User, asked: Requirement, settings: Any
) -> None:
    settings.MFA_TOTP_TOLERANCE = 1
    with_app(val)
    client.force_login(val)
    first = code()
    for sent, field in [
        ({"code": first}, "password"),
        ({"password": "guess", "code": first}, "password"),
        ({"password": PASSWORD}, "code"),
        ({"password": PASSWORD, "code": "000000"}, "code"),
    ]:
        answer = send(client, asked, nonce=nonce_of(client, asked), note="Fine.", **sent)
        assert answer.status_code == 422
        assert f'id="id_{field}-error"' in answer.content.decode()
        assert "Fine." in answer.content.decode()
    assert not Signature.objects.exists()
    assert (
        send(client, asked, nonce=nonce_of(client, asked), password=PASSWORD, code=first).status_code == 302
    )
    assert Signature.objects.get().auth_method == "code"
    spo = User.objects.get(username="spo")
    other = asked_of(asked.round, Role.SPONSOR)
    with_app(spo)
    client.force_login(spo)
    assert (
        send(client, other, nonce=nonce_of(client, other), password=PASSWORD, code=code()).status_code == 302
    )


def test_code_that_was_used_signs_nothing_more(
    client: Client, val: User, asked: Requirement, settings: Any
) -> None:
    settings.MFA_TOTP_TOLERANCE = 1
    with_app(val)
    first = code()
    client.force_login(val)
    send(
        client,
        asked,
        nonce=nonce_of(client, asked),
        password=PASSWORD,
        code=first,
        decision="reject",
        note="No.",
    )
    other = asked_of(a_round(a_need(component="m"), ref="CHG-77"), Role.VALIDATOR, "m")
    answer = send(client, other, nonce=nonce_of(client, other), password=PASSWORD, code=first)
    assert answer.status_code == 422
    assert "Each code serves once" in answer.content.decode()


def test_passkey_that_is_made_up_signs_nothing(client: Client, val: User, asked: Requirement) -> None:
    client.force_login(val)
    for made in ("{", "[]", "{}", '{"id": "x", "response": {}}'):
        answer = send(client, asked, nonce=nonce_of(client, asked), passkey=made)
        assert answer.status_code == 422
        assert "This passkey was not taken" in answer.content.decode()
    assert (Signature.objects.count(), denials()) == (0, 4)


def test_sign_page_asks_the_database_as_often_for_one_role_as_for_three(
    client: Client, val: User, django_assert_num_queries: Any
) -> None:
    add_person("ste", Role.STEWARD)
    add_person("own", Role.OWNER)
    needs = [a_need(component="m"), a_need(Role.STEWARD, "d"), a_need(Role.OWNER, "s")]
    client.force_login(val)
    client.get("/account/")
    for count in (1, 3):
        asked = asked_of(a_round(*needs[:count]), Role.VALIDATOR, "m")
        with django_assert_num_queries(21):
            assert "Sign as" in read(client, asked)
