"""Following the link in a mail: a GET changes nothing, another person is refused, and its text stays where it was."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of
from apps.accounts.services import grant_role, revoke_role
from apps.approvals.models import Look, Requirement, Signature, SignIntent
from apps.approvals.rules.checklists import checklist
from apps.approvals.rules.mail_links import LIFE
from apps.approvals.selectors import asked_in_mail, token_of
from apps.approvals.services import close_round
from apps.audit.models import AuditEvent
from apps.core import clock
from tests.people import DIGEST, LOADER, PASSWORD, a_need, a_round, add_person, asked_of

pytestmark = pytest.mark.django_db

MAIL = "/approvals/mail/"


@pytest.fixture
def val() -> User:
    cache.clear()
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def asked(val: User) -> Requirement:
    add_person("spo", Role.SPONSOR)
    return asked_of(a_round(a_need(component="m"), a_need(Role.SPONSOR)), Role.VALIDATOR, "m")


@pytest.fixture
def token(val: User, asked: Requirement) -> str:
    return token_of(asked_in_mail(val, asked))


def page_of(asked: Requirement) -> str:
    return f"/approvals/{asked.pk}/mail/"


def follow(client: Client, token: str) -> Any:
    """Open a link as a browser does, with what it leads to."""
    return client.get(MAIL, {"link": token}, follow=True)


def answer_to(client: Client, asked: Requirement, text: str, **more: Any) -> Any:
    """Send the form of the page."""
    nonce = re.search(r'name="nonce" value="([^"]+)"', text)
    values: dict[str, Any] = {"digest": DIGEST, "decision": "approve", "note": "", "password": PASSWORD}
    values |= {"checked": checklist(asked.role), "nonce": nonce[1] if nonce else ""}
    return client.post(page_of(asked), values | more)


def rows() -> dict[str, int]:
    """Return how many rows each table holds."""
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def test_mail_link_when_a_scanner_follows_it_changes_nothing(client: Client, token: str) -> None:
    """No session, no look, no showing, no entry: whoever is not signed in ends at the sign-in page."""
    before = rows()
    for method in (client.get, client.head):
        for _ in range(3):
            answer = method(MAIL, {"link": token}, follow=True)
            assert answer.status_code == 200
            assert answer.request["PATH_INFO"] == "/accounts/login/"
    assert rows() == before
    assert not Look.objects.exists()
    assert not Signature.objects.exists()


def test_mail_link_is_no_address_to_post_to(client: Client, val: User, token: str) -> None:
    client.force_login(val)
    assert client.post(f"{MAIL}?link={token}").status_code == 405
    assert not Signature.objects.exists()


def test_mail_link_leads_to_the_decision_and_a_get_never_signs(
    client: Client, val: User, asked: Requirement, token: str
) -> None:
    client.force_login(val)
    text = follow(client, token).content.decode()
    assert "Sign as Model Validator for m" in text
    assert "If you approve:" in text
    assert not Signature.objects.exists()
    answer = answer_to(client, asked, text)
    assert answer.status_code == 302
    assert answer.headers["Location"] == asked.round.subject_url
    assert (signature := Signature.objects.get()).signer == val
    assert SignIntent.objects.get(signature=signature).session.startswith("session:")


def test_mail_link_asks_for_the_password_and_keeps_what_was_written(
    client: Client, val: User, asked: Requirement, token: str
) -> None:
    client.force_login(val)
    text = follow(client, token).content.decode()
    answer = answer_to(client, asked, text, password="guess", note="My careful note.")
    assert answer.status_code == 422
    assert "This is not your password" in answer.content.decode()
    assert "My careful note." in answer.content.decode()
    answer = answer_to(client, asked, text, nonce="guessed")
    assert answer.status_code == 403
    assert not Signature.objects.exists()
    assert answer_to(client, asked, text, decision="reject", note="No.").status_code == 302
    assert Signature.objects.get().decision == "reject"


def test_mail_link_when_another_person_is_signed_in_is_refused_with_the_reason(
    client: Client, asked: Requirement, token: str
) -> None:
    wal = add_person("wal", Role.VALIDATOR)
    client.force_login(wal)
    seen = follow(client, token)
    assert seen.status_code == 403
    assert "This link was sent to someone else." in seen.content.decode()
    assert asked.round.subject_title not in seen.content.decode()
    assert answer_to(client, asked, "").status_code == 403
    assert AuditEvent.objects.filter(event="access.denied", actor_key__contains=f":{wal.pk}").count() == 2
    assert not Signature.objects.exists()
    assert not SignIntent.objects.exists()


def test_mail_link_after_use_says_so_and_shows_the_signature(
    client: Client, val: User, asked: Requirement, token: str
) -> None:
    client.force_login(val)
    text = follow(client, token).content.decode()
    answer_to(client, asked, text)
    # The browser has forgotten it; the mail still holds it.
    assert client.get(page_of(asked)).status_code == 400
    again = follow(client, token)
    assert again.status_code == 410
    said = again.content.decode()
    assert "This link has been used." in said
    assert f'href="/approvals/signatures/{Signature.objects.get().pk}/"' in said
    assert f'href="{asked.round.subject_url}"' in said
    assert answer_to(client, asked, text).status_code == 410
    assert Signature.objects.count() == 1


def test_mail_link_after_its_time_says_so_and_leads_to_the_inbox(
    client: Client, val: User, asked: Requirement, token: str
) -> None:
    client.force_login(val)
    text = follow(client, token).content.decode()
    with clock.moved_to(clock.now() + LIFE + timedelta(seconds=1)):
        for answer in (follow(client, token), answer_to(client, asked, text)):
            assert answer.status_code == 410
            assert "served for 7 days" in answer.content.decode()
            assert f'href="/inbox/{asked.pk}/"' in answer.content.decode()
    assert not Signature.objects.exists()


def test_mail_link_of_a_closed_round_says_so(
    client: Client, val: User, asked: Requirement, token: str
) -> None:
    client.force_login(val)
    text = follow(client, token).content.decode()
    close_round(actor=LOADER, round=asked.round)
    for answer in (follow(client, token), answer_to(client, asked, text)):
        assert answer.status_code == 410
        assert "This is no longer asked." in answer.content.decode()
        assert f'href="{asked.round.subject_url}"' in answer.content.decode()
    assert not Signature.objects.exists()


def test_mail_link_of_an_older_revision_says_so_and_leads_to_the_new_one(
    client: Client, val: User, asked: Requirement, token: str
) -> None:
    client.force_login(val)
    text = follow(client, token).content.decode()
    close_round(actor=LOADER, round=asked.round)
    ref = asked.round.subject_ref
    new = asked_of(a_round(a_need(component="m"), ref=ref, revision=2, digest="1" * 64), Role.VALIDATOR, "m")
    for answer in (follow(client, token), answer_to(client, asked, text)):
        assert answer.status_code == 410
        assert "It is now revision 2." in answer.content.decode()
        assert f'href="/inbox/{new.pk}/"' in answer.content.decode()
    assert not Signature.objects.exists()


def test_mail_link_when_one_may_not_sign_any_more_says_why_on_the_page(
    client: Client, val: User, asked: Requirement, token: str
) -> None:
    client.force_login(val)
    text = follow(client, token).content.decode()
    revoke_role(actor=LOADER, grant=grants_of(User.objects.get(pk=val.pk))[0])
    grant_role(actor=LOADER, user=val, role=Role.SPONSOR)
    seen = follow(client, token)
    assert seen.status_code == 200
    assert "You do not hold the role Model Validator for m." in seen.content.decode()
    answer = answer_to(client, asked, text)
    assert answer.status_code == 403
    assert "You do not hold the role Model Validator for m." in answer.content.decode()
    assert not Signature.objects.exists()


def test_mail_link_that_is_broken_says_so_without_looking_anything_up(client: Client, token: str) -> None:
    for wrong in ("", "x", token[:-4], "\x00"):
        answer = client.get(MAIL, {"link": wrong}, follow=True)
        assert answer.status_code == 404
        assert answer.request["QUERY_STRING"] == ""
        assert "This link is not whole." in answer.content.decode()


def test_page_of_a_mail_without_its_link_leads_to_the_inbox(
    client: Client, val: User, asked: Requirement
) -> None:
    client.force_login(val)
    answer = client.get(page_of(asked))
    assert answer.status_code == 400
    assert f'href="/inbox/{asked.pk}/"' in answer.content.decode()
    stranger = add_person("stranger")
    client.force_login(stranger)
    assert client.get(page_of(asked)).status_code == 404
    assert client.get("/approvals/999999/mail/").status_code == 404


def test_mail_link_stands_in_no_later_address_no_referer_and_no_log(
    client: Client, val: User, asked: Requirement, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    opened = client.get(MAIL, {"link": token})
    assert opened.headers["Location"] == page_of(asked)
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in opened.headers["Cache-Control"]
    cookie = opened.cookies["mail-link"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (page_of(asked), True, "Lax")
    assert int(cookie["max-age"]) == LIFE.total_seconds()
    asked_who = client.get(page_of(asked))
    assert token not in asked_who.headers["Location"]
    client.force_login(val)
    shown = client.get(page_of(asked))
    # A page that named no referrer at all could send no form: its browser would name no origin either.
    assert shown.headers["Referrer-Policy"] == "same-origin"
    assert token not in shown.content.decode()
    client.get(MAIL, {"link": f"{token}x"}, follow=True)
    close_round(actor=LOADER, round=asked.round)
    assert client.get(page_of(asked)).status_code == 410
    assert client.get(MAIL, {"link": token}).status_code == 302
    body = token.rsplit(":", 1)[0]
    assert "404" in caplog.text or "Not Found" in caplog.text
    assert body not in caplog.text
    assert all(
        body not in bytes(entry).decode() for entry in AuditEvent.objects.values_list("entry", flat=True)
    )


def test_mail_links_of_two_requirements_do_not_disturb_each_other(client: Client, val: User) -> None:
    first, second = (asked_of(a_round(), Role.VALIDATOR) for _ in range(2))
    client.force_login(val)
    pages = [follow(client, token_of(asked_in_mail(val, one))).content.decode() for one in (first, second)]
    assert all("Sign as Model Validator" in text for text in pages)
