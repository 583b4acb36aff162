"""Signing several together, and from a mail, in a real browser: by keyboard alone, and without a script at 320 px."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Look, Requirement, Round, Signature
from apps.outbox.services import deliver_due
from tests.approvals.test_together import several
from tests.e2e.browser import Chromium, complaints, signed_in
from tests.e2e.looks import faults
from tests.e2e.test_passkeys import base_of, device, enrol
from tests.people import PASSWORD, a_round, add_person, asked_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tomasz() -> User:
    return add_person("tomasz", Role.VALIDATOR, name="Tomasz Wójcik")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the control is reached."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The keyboard does not reach {selector}.")


def test_signing_together_by_keyboard_alone_signs_what_is_ticked(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    asked = several(3)
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(f"{live_server.url}/inbox/")
        for one in asked:
            tab_to(page, f"input[name=item][value='{one.pk}']")
            page.keyboard.press("Space")
        tab_to(page, ".batch button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/inbox/together/?**")
        for one in asked[:2]:
            tab_to(page, f"input[name=chosen][value='{one.pk}']")
            page.keyboard.press("Space")
        tab_to(page, "#id_password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('2 signed')")
        assert {one.requirement for one in Signature.objects.all()} == set(asked[:2])
        expect(page.get_by_role("link", name="Its attestation")).to_have_count(2)
        assert said == []


def test_signing_together_works_without_script_at_320(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    asked = several(2)
    normal = asked_of(a_round(), Role.VALIDATOR)
    with signed_in(browser, live_server.url, tomasz, width=320, scripts=False) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/inbox/")
        for one in asked:
            page.locator(f"input[name=item][value='{one.pk}']").check()
        page.get_by_role("button", name="Review and sign together").click()
        for one in asked:
            page.locator(f"input[name=chosen][value='{one.pk}']").check()
        Round.objects.filter(pk=asked[0].round_id).update(digest="0" * 64)
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Sign what is ticked").click()
        assert page.locator("h1").inner_text() == "1 signed, 1 left"
        expect(page.locator("main")).to_contain_text("no longer what you were shown", use_inner_text=True)
        assert Signature.objects.get().requirement == asked[1]
        page.goto(f"{live_server.url}/inbox/together/?item={normal.pk}")
        expect(page.locator("main")).to_contain_text("This is no standard change.", use_inner_text=True)


def test_what_came_of_it_is_accessible_in_each_width_and_theme(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    asked = several(3)
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/inbox/together/?" + "&".join(f"item={one.pk}" for one in asked))
        for one in asked[:2]:
            page.locator(f"input[name=chosen][value='{one.pk}']").check()
        Round.objects.filter(pk=asked[0].round_id).update(digest="0" * 64)
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Sign what is ticked").click()
        page.wait_for_selector("h1:has-text('1 signed, 1 left')")
        assert faults(page) == []


def link_in_mail(live_server: LiveServer) -> str:
    """Send the mail, and return the link in it as it leads to the server of the test."""
    deliver_due()
    (message,) = mail.outbox
    (address,) = [one for one in re.findall(r"https?://\S+", message.body) if "/approvals/mail/" in one]
    parts = urlsplit(address)
    return f"{live_server.url}{parts.path}?{parts.query}"


def test_deciding_from_a_mail_without_script_at_320_asks_to_sign_in_first(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    asked = asked_of(a_round(), Role.VALIDATOR)
    link = link_in_mail(live_server)
    with signed_in(browser, live_server.url, width=320, scripts=False) as context:
        page = context.new_page()
        heard: list[str] = []
        page.on("request", lambda request: heard.append(request.headers.get("referer", "")))
        page.goto(link)
        assert "/accounts/login/" in page.url
        page.locator("[name=login]").fill("tomasz")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("#main button[type=submit], form button[type=submit]").first.click()
        page.wait_for_url(f"**/approvals/{asked.pk}/mail/")
        assert not Signature.objects.exists()
        page.locator("input[value=approve]").check()
        for box in page.locator("input[name=checked]").all():
            box.check()
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Sign", exact=True).click()
        page.wait_for_url(f"**{asked.round.subject_url}")
        assert Signature.objects.get().signer == tomasz
        page.goto(link)
        expect(page.locator("main")).to_contain_text("This link has been used.", use_inner_text=True)
        assert not any("link=" in one for one in heard)
    assert not Look.objects.exists()


def test_deciding_from_a_mail_by_keyboard_alone(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    asked: Requirement = asked_of(a_round(), Role.VALIDATOR)
    link = link_in_mail(live_server)
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        page.goto(link)
        assert urlsplit(page.url).path == f"/approvals/{asked.pk}/mail/"
        page.locator("input[value=reject]").focus()
        page.keyboard.press("Space")
        tab_to(page, "#id_note")
        page.keyboard.type("Too few cases for ages 18 to 24.")
        tab_to(page, "#id_password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{asked.round.subject_url}")
        assert Signature.objects.get().decision == "reject"


def test_signing_together_with_a_passkey_touches_it_once(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    asked = several(2)
    url = base_of(live_server)
    with signed_in(browser, url, tomasz) as context:
        page = context.new_page()
        device(context, page)
        enrol(page, url)
        page.goto(f"{url}/inbox/together/?" + "&".join(f"item={one.pk}" for one in asked))
        for one in asked:
            page.locator(f"input[name=chosen][value='{one.pk}']").check()
        page.get_by_role("button", name="Sign what is ticked with passkey").click()
        page.wait_for_selector("h1:has-text('2 signed')")
    assert [one.auth_method for one in Signature.objects.all()] == ["passkey", "passkey"]
