"""Passkeys in a real browser, with the authenticator that Chromium brings for tests (CDP, WebAuthn)."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import BrowserContext, CDPSession, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Signature
from apps.audit.models import AuditEvent
from tests.e2e.browser import Chromium, complaints, signed_in
from tests.people import PASSWORD, a_need, a_round, add_person, asked_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tomasz() -> User:
    return add_person("tomasz", Role.VALIDATOR, name="Tomasz Wójcik")


@pytest.fixture
def asked(tomasz: User) -> Requirement:
    add_person("val", Role.VALIDATOR)
    return asked_of(a_round(a_need(component="credit-risk")), Role.VALIDATOR, "credit-risk")


def device(context: BrowserContext, page: Page, *, verified: bool = True) -> tuple[CDPSession, str]:
    """Give a page a device that keeps passkeys, whose owner confirms with their finger, or fails to."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    made: dict[str, Any] = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def base_of(server: LiveServer) -> str:
    """Return the server's address with a name: an address in numbers cannot have passkeys."""
    return server.url.replace("127.0.0.1", "localhost")


def enrol(page: Page, url: str) -> None:
    page.goto(url + "/account/security/passkey/")
    page.locator("#id_name").fill("Work laptop")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/account/security/")


def test_passkey_is_added_signs_and_is_the_second_step_of_signing_in(
    browser: Chromium, live_server: LiveServer, tomasz: User, asked: Requirement
) -> None:
    url = base_of(live_server)
    with signed_in(browser, url, tomasz) as context:
        page = context.new_page()
        said = complaints(page)
        device(context, page)
        enrol(page, url)
        expect(page.get_by_role("rowheader", name="Work laptop")).to_be_visible()
        page.goto(f"{url}/approvals/{asked.pk}/sign/")
        page.get_by_label("Approve").check()
        for point in page.locator("input[name=checked]").all():
            point.check()
        page.get_by_role("button", name="Sign with passkey").click()
        page.wait_for_url("**/changes/CHG-*/")
        signature = Signature.objects.get()
        assert (signature.signer, signature.auth_method) == (tomasz, "passkey")
        assert Authenticator.objects.get().last_used_at is not None
        assert all("404" in one for one in said), "the change exists in name alone, and nothing else is amiss"
        context.clear_cookies()
        page.goto(url + "/accounts/login/")
        page.locator("#id_login").fill("tomasz")
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/accounts/second-factor/")
        page.get_by_role("button", name="Use your passkey").click()
        page.wait_for_url(url + "/")
        entry = AuditEvent.objects.filter(event="person.signed_in").latest("pk")
        assert b'"method":"passkey"' in bytes(entry.entry)


def test_passkey_without_the_owners_finger_or_of_another_device_signs_nothing_and_keeps_what_was_written(
    browser: Chromium, live_server: LiveServer, tomasz: User, asked: Requirement
) -> None:
    url = base_of(live_server)
    with signed_in(browser, url, tomasz) as context:
        page = context.new_page()
        session, number = device(context, page)
        enrol(page, url)
        session.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
        page.goto(f"{url}/approvals/{asked.pk}/sign/")
        page.get_by_label("Reject").check()
        page.locator("#id_note").fill("Too few cases for ages 18 to 24.")
        page.get_by_role("button", name="Sign with passkey").click()
        page.locator("[data-passkey-error]").wait_for()
        assert page.locator("#id_note").input_value() == "Too few cases for ages 18 to 24."
        session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})
        device(context, page)
        page.get_by_role("button", name="Sign with passkey").click()
        page.locator("[data-passkey-error]").wait_for()
        assert not Signature.objects.exists()
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Sign with password").click()
        page.wait_for_url("**/changes/CHG-*/")
        assert Signature.objects.get().auth_method == "password"


def test_answer_of_a_passkey_serves_once_and_for_its_own_page_alone(
    browser: Chromium, live_server: LiveServer, tomasz: User, asked: Requirement
) -> None:
    url = base_of(live_server)
    other = asked_of(a_round(a_need(component="fraud")), Role.VALIDATOR, "fraud")
    with signed_in(browser, url, tomasz) as context:
        page = context.new_page()
        device(context, page)
        enrol(page, url)
        page.goto(f"{url}/approvals/{asked.pk}/sign/")
        page.get_by_label("Reject").check()
        page.locator("#id_note").fill("No.")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("button", name="Sign with passkey").click()
        page.wait_for_url("**/changes/CHG-*/")
        used = sent.value.post_data_json["passkey"]
        page.goto(f"{url}/approvals/{other.pk}/sign/")
        page.get_by_label("Reject").check()
        page.locator("#id_note").fill("No.")
        page.evaluate("used => { document.querySelector('[name=passkey]').value = used; }", used)
        page.get_by_role("button", name="Sign with password").click()
        page.get_by_text("This passkey was not taken").first.wait_for()
        assert Signature.objects.count() == 1
