"""Writing a rule in a real browser: names of facts are completed by keyboard, and the page needs no script for it."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from apps.policy.services import start_draft
from tests.changes.estate import Estate
from tests.e2e.browser import Chromium, axe, complaints, signed_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_fact_is_completed_by_keyboard_and_what_is_no_name_is_left_alone(
    browser: Chromium, live_server: LiveServer, estate: Estate
) -> None:
    start_draft(actor=estate.actor("leila"), reason="PIR-0961")
    with signed_in(browser, live_server.url, estate.people["leila"]) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(live_server.url + "/rules/draft/add/")
        area, options = (
            page.get_by_label("The expression"),
            page.locator("#id_expression-facts [role=option]"),
        )
        area.press_sequentially("change.wi")
        expect(options).to_have_count(1)
        expect(area).to_have_attribute("aria-activedescendant", "id_expression-facts-0")
        assert axe(page) == []
        area.press("Enter")
        area.press_sequentially(" <= 4.0 && evidence.drift.exists(c, c.out")
        expect(options).to_contain_text(["outcome"])
        area.press("Enter")
        area.press_sequentially(' == "change.ri')
        expect(options.first).to_be_hidden()
        area.press_sequentially('") && change.t')
        expect(options).to_contain_text(["change.tier", "change.team"])
        area.press("ArrowDown")
        area.press("Enter")
        area.press_sequentially(" ev")
        area.press("Escape")
        expect(options.first).to_be_hidden()
        area.press("Enter")
        written = 'change.window_hours <= 4.0 && evidence.drift.exists(c, c.outcome == "change.ri") && change.team ev\n'
        expect(area).to_have_value(written)
        area.press("Tab")
        expect(page.get_by_role("button", name="Check again")).to_be_focused()
        assert said == []
