"""The frame of every page in a real browser: themes, keys, menus, and what shows in them."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from tests.e2e.browser import Chromium, axe, complaints, signed_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
OPEN_PAGES = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/help/",
    "/help/keyboard/",
    "/help/accessibility/",
)
OWN_PAGES = ("/accounts/password/change/", "/accounts/logout/", "/nowhere/")


@pytest.fixture
def tomasz() -> User:
    return User.objects.create_user(
        "tomasz", password="correct-horse", first_name="Tomasz", last_name="Wójcik"
    )


def test_page_under_the_policy_loads_without_a_complaint(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(live_server.url + "/help/")
        page.wait_for_load_state("networkidle")
        assert said == []
        # The icon file is ours, so the policy lets the browser draw from it.
        assert page.evaluate("document.querySelector('.topbar .icon use').getBBox().width") > 0


def test_theme_chosen_by_hand_is_there_before_the_next_paint(
    browser: Chromium, live_server: LiveServer
) -> None:
    with signed_in(browser, live_server.url) as context:
        page = context.new_page()
        page.goto(live_server.url + "/help/")
        page.get_by_role("button", name="Switch to dark theme").click()
        page.reload(wait_until="commit")
        page.wait_for_selector("html[data-theme=dark]", state="attached")
        page.wait_for_load_state()
        expect(page.get_by_role("button", name="Switch to light theme")).to_be_visible()


def test_keys_open_help_and_palette_and_can_be_switched_off(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        page.goto(live_server.url + "/help/accessibility/")
        page.keyboard.press("?")
        page.get_by_role("dialog", name="Keyboard shortcuts").get_by_role("checkbox").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("Control+k")
        page.keyboard.type("keyboard")
        page.keyboard.press("Enter")
        page.wait_for_url("**/help/keyboard/")


def test_menu_by_keyboard_opens_closes_and_gives_focus_back(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz, width=320) as context:
        page = context.new_page()
        page.goto(live_server.url + "/help/")
        menu = page.locator(".menu-m > summary")
        menu.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("searchbox", name="Search changes")).to_be_visible()
        assert axe(page) == []
        page.keyboard.press("Escape")
        assert menu.evaluate("summary => document.activeElement === summary")


def test_session_about_to_end_warns_and_can_be_kept(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        # As if the session had two minutes left: the script reads the length from the page.
        page.route("**/help/", lambda route: _shorten(route))
        page.goto(live_server.url + "/help/")
        stay = page.get_by_role("button", name="Stay signed in")
        stay.wait_for()
        with page.expect_response("**/session/") as answer:
            stay.click()
        assert answer.value.status == 204
        page.get_by_role("dialog").wait_for(state="detached")


def _shorten(route: object) -> None:
    response = route.fetch()  # type: ignore[attr-defined]
    route.fulfill(  # type: ignore[attr-defined]
        response=response,
        body=response.text().replace('data-session-seconds="4', 'data-session-seconds="1" data-was="'),
    )


def test_sign_in_by_keyboard_alone(browser: Chromium, live_server: LiveServer, tomasz: User) -> None:
    with signed_in(browser, live_server.url) as context:
        page = context.new_page()
        page.goto(live_server.url + "/accounts/login/?next=/help/")
        page.get_by_label("Work e-mail or user name").focus()
        page.keyboard.type("tomasz")
        page.keyboard.press("Tab")
        page.keyboard.type("wrong-horse")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-error-summary]")
        assert page.title().startswith("Error: Sign in")
        assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
        page.get_by_label("Password", exact=True).fill("correct-horse")
        page.keyboard.press("Enter")
        page.wait_for_url("**/help/")
        expect(page.get_by_text("Tomasz Wójcik: your account")).to_have_count(1)
