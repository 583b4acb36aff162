"""A standard change in a real browser: written, sent for approval and used, by keyboard alone on a phone."""

import re

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.catalog.models import Component
from apps.catalog.selectors import forget_graph
from apps.changes.models import Change, StandardVersion
from tests.changes.estate import Estate, make_estate
from tests.changes.standards import GIVEN, MODEL, decide_version
from tests.e2e.browser import Chromium, overflows, signed_in
from tests.e2e.test_wizard import go_to, press

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def estate(transactional_db: None) -> Estate:
    found = make_estate()
    Component.objects.update(tier=4)
    forget_graph()
    return found


def fill(page: Page, given: dict[str, str]) -> None:
    """Type into each field, reached by the Tab key alone."""
    for name, text in given.items():
        go_to(page, f"#id_{name}")
        page.keyboard.type(text)


@pytest.mark.parametrize("scripts", [True, False])
def test_standard_change_is_written_and_used_by_keyboard_alone_on_a_phone(
    browser: Chromium, live_server: LiveServer, estate: Estate, scripts: bool
) -> None:
    with signed_in(
        browser, live_server.url, estate.people["amara"], width=320, theme="dark", scripts=scripts
    ) as context:
        page = context.new_page()
        page.goto(live_server.url + "/standard-changes/")
        press(page, "#main a[href='/standard-changes/new/']")
        page.wait_for_url("**/new/")
        given = {
            "title": GIVEN.title, "summary": GIVEN.summary, "outcome": GIVEN.outcome, "components": MODEL,
            "steps": "Shadow | 30", "most_minutes": "180", "rollback_plan": GIVEN.rollback_plan,
            "rollback_minutes": "4", "criteria": GIVEN.criteria[0], "risks": GIVEN.risks[0], "most_uses": "3",
        }  # fmt: skip
        fill(page, {"title": "Half"})
        press(page, "#main form button[type=submit]")
        page.wait_for_selector("text=There is a problem")
        assert overflows(page) == []
        go_to(page, "#id_title")
        page.keyboard.press("Control+A")
        fill(page, given)
        press(page, "#main form button[type=submit]")
        page.wait_for_url("**/versions/1/")
        assert overflows(page) == []
        press(page, "#main a[href$='/propose/']")
        page.wait_for_url("**/propose/")
        fill(page, {"reason": "We do this each month."})
        press(page, "#main form button[type=submit]")
        page.wait_for_selector("text=is out for approval")
        decide_version(estate, StandardVersion.objects.select_related("round").get())
        page.goto(live_server.url + "/standard-changes/")
        press(page, "#main td form button")
        page.wait_for_url(re.compile(r"/changes/CHG-\d+/edit/what/"))
        page.wait_for_selector("text=it goes as a standard change")
        assert overflows(page) == []
        go_to(page, "#id_items-0-to_version")
        page.keyboard.type("2")
        press(page, "[value=next]")
        page.wait_for_url("**/edit/why/")
    change = Change.objects.get()
    assert (change.change_class, change.items.get().to_version.version) == ("standard", "2")
