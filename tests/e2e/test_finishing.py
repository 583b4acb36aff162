"""What outlives a change: a validator finishes a card, an owner answers for a service, an executive reads."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.services import write_edition
from apps.catalog.models import Component
from apps.changes.models import ChangeItem
from apps.core import clock
from apps.reviews.selectors import feedback_of
from tests.cards.filled import complete_card, version
from tests.e2e.browser import Chromium, complaints, overflows, signed_in
from tests.e2e.test_deciding import decide
from tests.e2e.test_wizard import go_to, press
from tests.insights.build import in_review
from tests.people import PASSWORD, add_person, add_team
from tests.planning import SYSTEM
from tests.reviews.build import a_change, a_component, a_version, end

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def priya() -> User:
    return add_person("priya", Role.OWNER, name="Priya Raghunathan")


@pytest.fixture
def card(priya: User) -> ModelCard:
    """Return the card of a model that lacks one field."""
    model = Component.objects.create(
        key="model:default/credit-risk",
        kind="model",
        name="credit-risk",
        tier=1,
        owner_team=add_team("credit"),
        source="portal",
    )
    whole = complete_card(version(model), priya)
    return write_edition(actor=SYSTEM, card=whole, fields={"limitations": ""})


def test_validator_finishes_a_card_by_keyboard_and_two_others_sign_it(
    browser: Chromium, live_server: LiveServer, priya: User, card: ModelCard
) -> None:
    tomasz = add_person("tomasz", Role.VALIDATOR)
    vera = add_person("vera", Role.VALIDATOR)
    with signed_in(browser, live_server.url, tomasz, width=320) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(f"{live_server.url}/models/{card.ref}/")
        press(page, "a:has-text('Complete the card')")
        press(page, ".missing a[href='#f-limitations'], .tabs a[href$='/considerations/']")
        page.wait_for_url("**/considerations/**")
        go_to(page, "#id_limitations")
        page.keyboard.type("Weak for **thin files**.")
        press(page, "#f-limitations summary")
        expect(page.locator("#limitations-preview strong")).to_have_text("thin files")
        assert overflows(page) == []
        with page.expect_navigation():
            press(page, "button[value=save]")
        page.goto(f"{live_server.url}/models/{card.ref}/")
        press(page, "a:has-text('Ask for approval')")
        press(page, "#main form button[type=submit]")
        expect(page.locator(".idline")).to_contain_text("In review")
        assert said == []
    for signer in (vera, priya):
        with signed_in(browser, live_server.url, signer) as context:
            sign(context.new_page(), f"{live_server.url}/models/{card.ref}/")
    card.refresh_from_db()
    assert card.state == CardState.APPROVED


def sign(page: Page, address: str) -> None:
    """Sign the card from its page, by keyboard."""
    page.goto(address)
    press(page, "a:has-text('Review and sign')")
    page.wait_for_url("**/sign/")
    decide(page, "approve", password=PASSWORD)
    page.wait_for_url(address)


def test_owner_who_is_asked_how_it_was_answers_from_home_by_keyboard(
    browser: Chromium, live_server: LiveServer, priya: User
) -> None:
    add_person("", Role.CHANGE_MANAGER)
    change = a_change()
    service = a_component("loan-decision", kind="service", owner_person=priya)
    ChangeItem.objects.create(
        change=change,
        component=service,
        from_version=a_version(service, "1"),
        to_version=a_version(service, "2"),
    )
    review = end(change)
    with signed_in(browser, live_server.url, priya, width=320) as context:
        page = context.new_page()
        page.goto(live_server.url)
        expect(page.get_by_text("say how it was for your service")).to_be_visible()
        press(page, f"a[href*='{review.ref}']")
        page.wait_for_url(f"**/reviews/{review.ref}/**")
        page.locator("#feedback").scroll_into_view_if_needed()
        press(page, "a:has-text('Answer for')")
        go_to(page, "input[name=felt]")
        page.keyboard.press("Space")
        while not page.locator("input[name=felt][value=worse]:checked").count():
            page.keyboard.press("ArrowDown")
        go_to(page, "#id_saw")
        page.keyboard.type("Twice the calls at night.")
        press(page, "button:has-text('Send the answer')")
        page.wait_for_url(f"**/reviews/{review.ref}/")
        page.locator("#feedback").scroll_into_view_if_needed()
        expect(page.get_by_text("Twice the calls at night.")).to_be_visible()
    assert [row.answered_by for row in feedback_of(review)] == [priya]


def test_executive_lands_on_the_briefing_and_follows_what_it_asks_to_its_change(
    browser: Chromium, live_server: LiveServer
) -> None:
    change = in_review(clock.now() + timedelta(minutes=5), title="Loan scoring before the peak")
    with signed_in(browser, live_server.url, add_person("marguerite", Role.EXECUTIVE), width=320) as context:
        page = context.new_page()
        page.goto(live_server.url)
        expect(page.get_by_role("heading", name="Cost of waiting")).to_be_visible()
        assert overflows(page) == []
        press(page, f"#main a[href*='{change.ref}']")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Loan scoring before the peak")
