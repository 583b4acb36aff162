"""Pages on which a person takes a signature back."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from tests.people import PASSWORD, a_need, a_round, add_person, asked_of, sign
from tests.web.reading import text_of


@pytest.fixture
def val(db: None) -> User:
    return add_person("val", Role.VALIDATOR)


def test_withdraw_page_asks_why_and_takes_the_signature_back(client: Client, val: User) -> None:
    add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR))
    asked = asked_of(round_, Role.VALIDATOR)
    client.force_login(val)
    assert client.get(f"/approvals/{asked.pk}/withdraw/").status_code == 403
    sign(actor=person(val), requirement=asked, digest=round_.digest, decision="approve")
    assert "Take it back" in text_of(client.get(f"/inbox/{asked.pk}/"))
    assert "then counts for nothing" in text_of(client.get(f"/approvals/{asked.pk}/withdraw/"))
    assert Requirement.objects.get(pk=asked.pk).state == "met"  # a GET never acts
    url = f"/approvals/{asked.pk}/withdraw/"
    sent = {"note": "Misread.", "password": PASSWORD, "nonce": shown_nonce(client, url)}
    assert "Say why you take it back" in text_of(client.post(url, sent | {"note": ""}), 422)
    assert "Nothing was taken back" in text_of(client.post(url, sent | {"password": "wrong"}), 422)
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 302, "sent twice, it is once"
    assert Requirement.objects.get(pk=asked.pk).state == "open"
    page = text_of(client.get(f"/inbox/{asked.pk}/"))
    assert "Review and sign" in page
    assert "You took your signature back on" in page


def test_signature_page_leads_to_taking_it_back_and_then_says_why_it_was(client: Client, val: User) -> None:
    other = add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR))
    asked = asked_of(round_, Role.VALIDATOR)
    given = sign(actor=person(val), requirement=asked, digest=round_.digest, decision="approve")
    url, back = f"/approvals/signatures/{given.pk}/", f"/approvals/{asked.pk}/withdraw/"
    client.force_login(other)
    assert back not in client.get(url).content.decode(), "it is not theirs"
    client.force_login(val)
    assert f'href="{back}"' in client.get(url).content.decode()
    page = client.get(back).content.decode()
    assert round_.subject_title in page
    assert f'href="{round_.subject_url}">{round_.subject_ref}</a>' in page
    assert "So that nobody takes it back from a screen you left open." in page
    sent = {"note": "I misread the table.", "password": PASSWORD, "nonce": shown_nonce(client, back)}
    assert client.post(back, sent).status_code == 302
    page = client.get(url).content.decode()
    assert f"approved {round_.subject_ref}, and took it back</h1>" in page
    assert "The reason given: I misread the table." in page
    assert "callout c-done" not in page
    assert back not in page


def shown_nonce(client: Client, url: str) -> str:
    found = re.search(r'name="nonce" value="([^"]+)"', client.get(url).content.decode())
    assert found
    return found[1]


def test_withdraw_page_answers_its_own_showing_and_keeps_what_was_written(client: Client, val: User) -> None:
    add_person("spo", Role.SPONSOR)
    asked = asked_of(a_round(a_need(), a_need(Role.SPONSOR)), Role.VALIDATOR)
    sign(actor=person(val), requirement=asked, digest=asked.round.digest, decision="approve")
    url = f"/approvals/{asked.pk}/withdraw/"
    elsewhere = Client()
    elsewhere.force_login(val)
    client.force_login(val)
    sent = {"note": "My careful note.", "password": PASSWORD, "nonce": shown_nonce(elsewhere, url)}
    page = text_of(client.post(url, sent), 403)
    assert "not shown to you in this session. Nothing was taken back." in page
    assert "My careful note." in page
    assert AuditEvent.objects.filter(event="access.denied").count() == 1
    sent["nonce"] = shown_nonce(client, url)
    with clock.moved_to(clock.now() + timedelta(minutes=5, seconds=1)):
        page = text_of(client.post(url, sent), 409)
        assert "more than 5 minutes ago. Nothing was taken back." in page
        assert "My careful note." in page
        again = re.search(r'name="nonce" value="([^"]+)"', page)
        assert again
        assert Requirement.objects.get(pk=asked.pk).state == "met"
        assert client.post(url, sent | {"nonce": again[1]}).status_code == 302
    assert Requirement.objects.get(pk=asked.pk).state == "open"


def test_withdraw_page_when_the_round_is_over_says_so(client: Client, val: User) -> None:
    round_ = a_round()
    asked = asked_of(round_, Role.VALIDATOR)
    sign(actor=person(val), requirement=asked, digest=round_.digest, decision="approve")
    client.force_login(val)
    assert "is over" in text_of(client.get(f"/approvals/{asked.pk}/withdraw/"), 409)
    late = client.post(f"/approvals/{asked.pk}/withdraw/", {"note": "Misread.", "password": PASSWORD})
    assert "has all its signatures" in text_of(late, 409)
