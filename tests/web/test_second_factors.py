"""Setting up a second factor, signing in with it, and what it takes to remove it."""

import base64
import json
import re
from io import StringIO
from typing import Any

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, RequestFactory

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import code_problem, deactivate_person, forget_person, reset_second_factors
from apps.accounts.services.second_factors import NOT_THIS_PASSKEY, passkey_problem
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import Forbidden
from tests.people import LOADER, PASSWORD, add_person
from tests.second_factors import SECRET, code, with_app

pytestmark = pytest.mark.django_db
APP = "/account/security/app/"


@pytest.fixture(autouse=True)
def any_half_minute(settings: Any) -> None:
    """A code that was read just before the half minute ended still counts, so that no test fails at its edge."""
    settings.MFA_TOTP_TOLERANCE = 1
    cache.clear()


@pytest.fixture
def val(client: Client) -> User:
    user = add_person("val", Role.VALIDATOR)
    client.force_login(user)
    return user


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("event", flat=True))


def opened(client: Client) -> str:
    """Open the page that sets an app up, and return the key that it shows."""
    text = client.get(APP).content.decode()
    assert 'src="data:image/svg+xml;base64,' in text
    found = re.search(r'class="mono wrap-any">(\w+)<', text)
    assert found
    return found[1]


def test_app_when_its_code_and_the_password_are_right_is_set_up(client: Client, val: User) -> None:
    secret = opened(client)
    answer = client.post(APP, {"first": code(secret), "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/account/security/")
    kept = Authenticator.objects.get(user=val)
    assert kept.type == "totp"
    assert secret not in json.dumps(kept.data)
    assert events()[-1] == "person.second_factor_added"
    assert secret.encode() not in bytes(AuditEvent.objects.latest("pk").entry)
    assert "Authenticator app" in client.get("/account/security/").content.decode()
    assert client.get(APP)["Location"] == "/account/security/"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"first": "000000", "password": PASSWORD}, "first"),
        ({"first": "", "password": PASSWORD}, "first"),
        ({"first": "right", "password": "guess"}, "password"),
        ({"first": "right", "password": ""}, "password"),
    ],
)
def test_app_when_something_is_wrong_says_so_at_the_field_and_keeps_nothing(
    client: Client, val: User, sent: dict[str, str], field: str
) -> None:
    secret = opened(client)
    first = code(secret) if sent["first"] == "right" else sent["first"]
    answer = client.post(APP, sent | {"first": first})
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert f">{secret}<" in answer.content.decode(), "the app that read the key before must still fit"
    assert not Authenticator.objects.exists()


def sign_in(client: Client, user: User) -> Any:
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


def test_sign_in_with_an_app_asks_for_its_code_and_says_so_in_the_ledger(client: Client) -> None:
    user = add_person("val", Role.VALIDATOR)
    with_app(user)
    answer = sign_in(client, user)
    assert answer["Location"] == "/accounts/second-factor/"
    assert client.get("/inbox/").status_code == 302
    page = client.get("/accounts/second-factor/").content.decode()
    assert "One more step" in page
    assert "Use your passkey" not in page
    wrong = client.post("/accounts/second-factor/", {"code": "000000"})
    assert 'id="id_code-error"' in wrong.content.decode()
    assert events()[-1] == "person.sign_in_failed"
    assert client.get("/inbox/").status_code == 302
    assert client.post("/accounts/second-factor/", {"code": code()})["Location"] == "/"
    assert client.get("/inbox/").status_code == 200
    entry = AuditEvent.objects.filter(event="person.signed_in").latest("pk")
    assert json.loads(bytes(entry.entry))["data"] == {"method": "code"}


def test_sign_in_without_a_second_factor_asks_for_none(client: Client) -> None:
    user = add_person("val", Role.VALIDATOR)
    assert sign_in(client, user)["Location"] == "/"
    entry = AuditEvent.objects.filter(event="person.signed_in").latest("pk")
    assert json.loads(bytes(entry.entry))["data"] == {"method": "password"}


def test_remove_asks_for_what_is_removed_and_says_so_in_the_ledger(client: Client, val: User) -> None:
    with_app(val)
    url = f"/account/security/{Authenticator.objects.get().pk}/remove/"
    assert "Remove" in client.get(url).content.decode()
    for sent in (
        {},
        {"password": PASSWORD},
        {"password": PASSWORD, "code": "000000"},
        {"code": code(step=1)},
    ):
        assert client.post(url, sent).status_code == 422
    assert Authenticator.objects.exists()
    cache.clear()
    assert client.post(url, {"password": PASSWORD, "code": code(step=1)}).status_code == 302
    assert not Authenticator.objects.exists()
    assert events()[-1] == "person.second_factor_removed"


def test_remove_of_anothers_is_not_found_and_written_down(client: Client, val: User) -> None:
    with_app(add_person("other", Role.VALIDATOR))
    url = f"/account/security/{Authenticator.objects.get().pk}/remove/"
    assert client.get(url).status_code == 404
    assert client.post(url, {"password": PASSWORD}).status_code == 404
    assert Authenticator.objects.exists()
    assert events()[-1] == "access.denied"


def test_passkey_when_made_up_or_for_nothing_is_refused(client: Client, val: User) -> None:
    page = client.get("/account/security/passkey/").content.decode()
    assert "data-passkey=" in page
    for made in (
        "",
        "{",
        "[]",
        "{}",
        '{"id": "x", "response": {}}',
        '{"id":"AA","rawId":"AA","type":"public-key"}',
    ):
        answer = client.post(
            "/account/security/passkey/", {"name": "Key", "password": PASSWORD, "made": made}
        )
        assert answer.status_code == 422, made
        assert "The passkey was not made" in answer.content.decode()
    assert not Authenticator.objects.exists()


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


BY_A_BROWSER = b'{"type":"webauthn.create","challenge":"eA","origin":"https://x.example"}'
MADE = {"clientDataJSON": encoded(BY_A_BROWSER), "attestationObject": encoded(b"\xa0")}
USED = {"clientDataJSON": encoded(BY_A_BROWSER), "authenticatorData": "eA", "signature": "eA"}
BROKEN: list[dict[str, Any]] = [
    {"attestationObject": encoded(b"\x81" * 3000)},
    {"attestationObject": encoded(b"\xa3cfmtdnonegattStmt\xa0hauthDataX\x01a")},
    {"attestationObject": ""},
    {"authenticatorData": encoded(b"a" * 37 + b"\x00" * 20)},
    {"authenticatorData": []},
    {"clientDataJSON": encoded(b"[" * 3000)},
    {"clientDataJSON": encoded(b"1")},
    {"clientDataJSON": encoded(b'{"type": 1}')},
]


@pytest.mark.parametrize("text", ["[" * 5000, *[json.dumps(one) for one in BROKEN]])
def test_passkey_whose_parts_are_broken_is_refused(client: Client, val: User, text: str) -> None:
    part = json.loads(text) if text.startswith("{") else None
    client.get("/account/security/passkey/")
    for whole in (MADE, USED):
        credential = {"id": "eA", "rawId": "eA", "type": "public-key", "response": whole | (part or {})}
        sent = json.dumps(credential) if part else text
        form = {"name": "Key", "password": PASSWORD, "made": sent}
        assert client.post("/account/security/passkey/", form).status_code == 422
        request = RequestFactory().post("/")
        request.session = client.session
        with context.request_context(request):
            assert passkey_problem(user=val, credential=sent) == NOT_THIS_PASSKEY
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("text", ["[" * 5000, "[]", "7", *[json.dumps(one) for one in BROKEN]])
def test_sign_in_by_a_passkey_whose_parts_are_broken_is_refused(client: Client, text: str) -> None:
    with_app(add_person("val"))
    client.post("/accounts/login/", {"login": "val", "password": PASSWORD})
    part = json.loads(text) if text.startswith("{") else None
    credential = {"id": "eA", "rawId": "eA", "type": "public-key", "response": USED | (part or {})}
    answer = client.post("/accounts/second-factor/", {"credential": json.dumps(credential) if part else text})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_reset_by_an_operator_takes_all_away_and_by_anyone_else_is_refused() -> None:
    user = add_person("val", Role.VALIDATOR)
    with_app(user)
    with pytest.raises(Forbidden):
        reset_second_factors(actor=person(user), user=user)
    said = StringIO()
    call_command("reset_second_factors", "val", stdout=said)
    assert "1 taken away" in said.getvalue()
    assert not Authenticator.objects.exists()
    assert events()[-1] == "person.second_factors_reset"


def test_secret_read_from_the_database_gives_no_code() -> None:
    with_app(add_person("val"))
    assert SECRET not in json.dumps(Authenticator.objects.get().data)


def test_app_set_up_under_a_lost_key_gives_no_way_in(settings: Any) -> None:
    user = add_person("val")
    with_app(user)
    settings.SECRET_KEY = "another"
    assert code_problem(user=user, code=code(step=1))


def test_forget_person_forgets_their_second_factors() -> None:
    user = add_person("val")
    with_app(user)
    deactivate_person(actor=LOADER, user=user)
    forget_person(actor=LOADER, user=user)
    assert not Authenticator.objects.exists()


def test_security_page_asks_the_database_as_often_for_one_as_for_three(
    client: Client, val: User, django_assert_num_queries: Any
) -> None:
    client.get("/account/security/")
    for number in range(3):
        Authenticator.objects.create(
            user=val, type="webauthn", data={"name": f"Key {number}", "credential": {}}
        )
        if number in (0, 2):
            with django_assert_num_queries(6):
                text = client.get("/account/security/").content.decode()
            assert text.count('<th scope="row">Key') == number + 1
