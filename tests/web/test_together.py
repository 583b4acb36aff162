"""The page on which several are signed together: what it lists, what it refuses, and what came of it."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Round, Signature, SignIntent
from apps.approvals.rules import Barred
from apps.approvals.rules.checklists import checklist
from apps.approvals.rules.intents import LIFE
from apps.approvals.services import close_round
from apps.audit.models import AuditEvent
from apps.core import clock
from tests.approvals.test_together import several, standard
from tests.people import DIGEST, LOADER, PASSWORD, a_need, a_round, add_person, asked_of
from tests.web.test_signing import settled

pytestmark = pytest.mark.django_db

PAGE = "/inbox/together/"


@pytest.fixture
def val(client: Client) -> User:
    cache.clear()
    user = add_person("val", Role.VALIDATOR)
    client.force_login(user)
    return user


def open_page(client: Client, asked: list[Requirement], status: int = 200) -> str:
    answer = client.get(PAGE, {"item": [one.pk for one in asked]})
    assert answer.status_code == status
    return answer.content.decode()


def sent_by(text: str, tick: list[Requirement], **more: Any) -> dict[str, Any]:
    """Return what a browser would send of a page, with these ticked."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', text)
    sent: dict[str, Any] = {name: value for name, value in hidden if name != "item"}
    sent |= {"item": [value for name, value in hidden if name == "item"]}
    return sent | {"chosen": [one.pk for one in tick], "password": PASSWORD} | more


def post(client: Client, asked: list[Requirement], tick: list[Requirement] | None = None, **more: Any) -> Any:
    """Open the page of these, tick some (else all), and send it."""
    return client.post(PAGE, sent_by(open_page(client, asked), asked if tick is None else tick, **more))


def denials() -> int:
    return AuditEvent.objects.filter(event="access.denied").count()


# The inbox


def test_inbox_offers_what_can_be_signed_together_without_another_statement(
    client: Client, val: User
) -> None:
    a_round()
    with CaptureQueriesContext(connection) as before:
        assert "Sign together" not in client.get("/inbox/").content.decode()
    asked = several(2)
    with CaptureQueriesContext(connection) as after:
        text = client.get("/inbox/").content.decode()
    assert len(after) == len(before)
    for one in asked:
        assert f'name="item" value="{one.pk}"' in text
    assert text.count('name="item"') == 2
    assert f'action="{PAGE}"' in text
    assert "Sign together" not in client.get("/inbox/?tab=decided").content.decode()


# What the page says


def test_together_lists_each_with_role_meaning_digest_and_checklist_and_signs_nothing(
    client: Client, val: User
) -> None:
    asked = several(2)
    text = open_page(client, asked)
    assert "Sign 2 together" in text
    for one in asked:
        ref = one.round.subject_ref
        assert f"{ref} · revision 1" in text
        assert f"I judge {ref}, revision 1 fit for its use, as Model Validator." in text
        assert f"Sign {ref}." in text
    for point in checklist(Role.VALIDATOR):
        assert text.count(point) == 2
    assert text.count(f'title="{DIGEST}"') == 2
    assert "If one of them can no longer be signed, it is left and you read why" in text
    assert " checked" not in text.split("<form method")[1].split("</form>")[0].replace("I have checked", "")
    assert text.count('autocomplete="current-password"') == 1
    assert not Signature.objects.exists()
    shown = SignIntent.objects.all()
    assert {one.requirement_id for one in shown} == {one.pk for one in asked}
    assert len({one.nonce for one in shown}) == 2


def test_together_says_of_each_that_cannot_be_signed_here_why_not(client: Client, val: User) -> None:
    (legal,) = several(1)
    normal = asked_of(a_round(risk=1, subject_class="normal"), Role.VALIDATOR)
    risky = asked_of(standard(risk=3), Role.VALIDATOR)
    add_person("wal", Role.VALIDATOR)
    barred = asked_of(standard(barred=[Barred(val.pk, "You asked for this.")]), Role.VALIDATOR)
    text = open_page(client, [legal, normal, risky, barred])
    assert "Sign 1 together" in text
    for reason in ("This is a normal change.", "Its risk is high.", "You asked for this."):
        assert reason in text
    for one in (normal, risky, barred):
        assert f'href="/inbox/{one.pk}/"' in text
        assert f'value="{one.pk}"' not in text
    assert SignIntent.objects.count() == 1


def test_together_when_none_can_be_signed_shows_no_form(client: Client, val: User) -> None:
    text = open_page(client, [asked_of(a_round(), Role.VALIDATOR)])
    assert "None of these can be signed together" in text
    assert "current-password" not in text
    assert not SignIntent.objects.exists()


def test_together_when_nothing_or_too_much_is_chosen_says_what_to_do(client: Client, val: User) -> None:
    assert "You chose nothing" in open_page(client, [])
    text = open_page(client, several(26), status=422)
    assert "You chose 26" in text
    assert "At most 25 are signed together" in text
    for wrong in ("x", "1 or 1", "-1", "9" * 19, "٣"):
        assert client.get(PAGE, {"item": wrong}).status_code == 404


def test_together_asks_the_database_as_often_for_three_as_for_one(client: Client, val: User) -> None:
    add_person("spo", Role.SPONSOR)
    asked = [asked_of(standard(a_need(), a_need(Role.SPONSOR)), Role.VALIDATOR) for _ in range(3)]
    counts = []
    for some in (asked[:1], asked):
        with CaptureQueriesContext(connection) as caught:
            open_page(client, some)
        counts.append(len(caught))
    assert counts == [COUNT, COUNT]


COUNT = 14


# What follows


def test_together_signs_what_is_ticked_and_shows_each_with_its_attestation(client: Client, val: User) -> None:
    asked = several(3)
    answer = post(client, asked, tick=asked[:2])
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<h1>2 signed</h1>" in text
    for one in Signature.objects.all():
        assert f'href="/approvals/signatures/{one.pk}/"' in text
        assert f'href="/approvals/signatures/{one.pk}/attestation.json"' in text
    assert {one.requirement for one in Signature.objects.all()} == set(asked[:2])
    assert "Not ticked" in text
    assert f'href="/inbox/{asked[2].pk}/"' in text


@pytest.mark.parametrize("place", range(3))
def test_together_when_one_moved_after_the_page_was_shown_signs_the_rest_and_says_why(
    client: Client, val: User, place: int
) -> None:
    asked = several(3)
    sent = sent_by(open_page(client, asked), asked)
    Round.objects.filter(pk=asked[place].round_id).update(digest="0" * 64)
    answer = client.post(PAGE, sent)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<h1>2 signed, 1 left</h1>" in text
    assert "no longer what you were shown" in text
    assert f'href="{PAGE}?item={asked[place].pk}"' in text
    assert {one.requirement for one in Signature.objects.all()} == {*asked} - {asked[place]}


def test_together_when_all_are_closed_is_409_and_signs_nothing(client: Client, val: User) -> None:
    asked = several(2)
    sent = sent_by(open_page(client, asked), asked)
    for one in asked:
        close_round(actor=LOADER, round=one.round)
    answer = client.post(PAGE, sent)
    assert answer.status_code == 409
    assert "Nothing was signed" in answer.content.decode()
    assert not Signature.objects.exists()


def test_together_when_it_is_sent_again_shows_the_same_signatures(client: Client, val: User) -> None:
    asked = several(2)
    sent = sent_by(open_page(client, asked), asked)
    assert client.post(PAGE, sent).status_code == client.post(PAGE, sent).status_code == 200
    assert Signature.objects.count() == 2


def test_together_when_the_password_is_wrong_keeps_what_was_ticked_and_signs_nothing(
    client: Client, val: User
) -> None:
    asked = several(2)
    answer = post(client, asked, tick=asked[1:], password="guess")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not your password. Nothing was signed." in text
    assert len(re.findall(r"<input[^>]* checked", text)) == 1
    assert "guess" not in text
    assert denials() == 1
    assert not Signature.objects.exists()
    assert client.post(PAGE, sent_by(text, asked)).status_code == 200
    assert Signature.objects.count() == 2


def test_together_when_nothing_is_ticked_says_so_there(client: Client, val: User) -> None:
    answer = post(client, several(2), tick=[])
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Tick what you have checked" in text
    assert 'href="#id_chosen_0"' in text
    assert 'id="id_chosen_0"' in text
    assert "<title>Error: Sign 2 together" in text


def test_together_when_the_page_is_old_leaves_all_and_offers_to_look_again(client: Client, val: User) -> None:
    asked = several(2)
    sent = sent_by(open_page(client, asked), asked)
    SignIntent.objects.update(shown_at=clock.now() - LIFE)
    answer = client.post(PAGE, sent)
    assert answer.status_code == 409
    assert "more than 5 minutes ago" in answer.content.decode()
    assert not Signature.objects.exists()


def test_together_when_one_cannot_be_seen_answers_as_if_it_were_not_there(client: Client, val: User) -> None:
    asked = several(2)
    stranger = add_person("stranger")
    client.force_login(stranger)
    seen = client.get(PAGE, {"item": [one.pk for one in asked]})
    assert seen.status_code == 404
    assert denials() == 1
    assert client.get(PAGE, {"item": 10**9}).status_code == 404
    assert denials() == 1
    sent = {"item": asked[0].pk, "chosen": asked[0].pk, "password": PASSWORD}
    assert client.post(PAGE, sent).status_code == 404
    assert not Signature.objects.exists()


def test_together_when_nobody_is_signed_in_asks_to_sign_in(val: User) -> None:
    (asked,) = several(1)
    answer = Client().post(PAGE, {"item": asked.pk, "chosen": asked.pk})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_together_without_a_token_against_forgery_is_refused(val: User) -> None:
    (asked,) = several(1)
    client = Client(enforce_csrf_checks=True)
    client.force_login(val)
    assert client.post(PAGE, {"item": asked.pk, "chosen": asked.pk, "password": PASSWORD}).status_code == 403
    assert not Signature.objects.exists()


def test_page_takes_an_earlier_proof_only_as_fresh_as_the_strictest_policy_asks(
    client: Client, val: User
) -> None:
    asked = several(2)
    settled(val, client, minutes=3)
    Round.objects.filter(pk=asked[0].round_id).update(fresh_minutes=10)
    assert post(client, asked, password="").status_code == 422
    Round.objects.update(fresh_minutes=10)
    assert "That serves until" in open_page(client, asked)
    assert post(client, asked, password="").status_code == 200
    assert Signature.objects.count() == 2
