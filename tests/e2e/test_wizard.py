"""The wizard in a real browser: by keyboard alone, without a script, and nothing that axe objects to."""

import re

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.changes.enums import ChangeState
from apps.changes.models import Change
from tests.changes.estate import Estate, draft, submitted
from tests.e2e.browser import Chromium, complaints, signed_in
from tests.e2e.looks import faults

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_steps_are_accessible_with_a_conflict_and_while_something_is_asked_of_them(
    browser: Chromium, live_server: LiveServer, estate: Estate
) -> None:
    """``tests/e2e/pages`` has each step as it opens, and with nothing filled in."""
    submitted(estate, names=("applications",))
    change = draft(estate)
    with signed_in(browser, live_server.url, estate.people["amara"]) as context:
        page = context.new_page()
        said = complaints(page)
        for step in ("impact", "when", "check"):
            page.goto(f"{live_server.url}/changes/{change.ref}/edit/{step}/")
            assert said == []
            assert faults(page) == [], step
        page.goto(f"{live_server.url}/changes/new/")
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("button", name="Add loan-decision").click()
        page.get_by_role("button", name="Continue to why").click()
        page.wait_for_selector("[data-error-summary]")
        assert faults(page) == []
        page.goto(f"{live_server.url}/changes/{change.ref}/edit/impact/")
        page.get_by_label("Include loan-decision").uncheck()
        page.get_by_label("Add a component we missed").fill("app")
        page.get_by_role("button", name="Search", exact=True).click()
        assert faults(page) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_change_is_proposed_by_keyboard_alone(
    browser: Chromium, live_server: LiveServer, estate: Estate, scripts: bool
) -> None:
    with signed_in(browser, live_server.url, estate.people["amara"], scripts=scripts) as context:
        page = context.new_page()
        page.goto(live_server.url + "/changes/new/")
        go_to(page, "#id_find")
        page.keyboard.type("credit")
        page.keyboard.press("Enter")
        press(page, "[value='pick:model:default/credit-risk']")
        page.wait_for_selector("#id_items-0-to_version:focus, #id_items-0-from_version:focus")
        go_to(page, "#id_items-0-to_version")
        page.keyboard.type("2")
        press(page, "[value=next]")
        page.wait_for_url("**/edit/why/")
        for field, text in {
            "title": "Retrain credit-risk",
            "summary": "New data.",
            "outcome": "Fewer losses.",
            "metrics-0-name": "AUC",
            "metrics-0-target": "0.84",
        }.items():
            go_to(page, f"#id_{field}")
            page.keyboard.type(text)
        press(page, "[value=next]")
        page.wait_for_url("**/edit/impact/")
        go_to(page, "#id_notes-1-include")
        page.keyboard.press("Space")
        go_to(page, "#id_notes-1-reason")
        page.keyboard.type("It is switched off.")
        page.keyboard.press("Enter")
        page.wait_for_url("**/edit/when/")
        for field, time in {"local_start": "0600A", "local_end": "0830A"}.items():
            go_to(page, f"#id_{field}")
            # The same day and month, and a letter that a clock of 24 hours passes over: good in any language.
            page.keyboard.type("11112027")
            page.keyboard.press("Tab")
            page.keyboard.type(time)
        press(page, "[value='check:time']")
        page.wait_for_selector("text=This time is free")
        press(page, "[value=next]")
        page.wait_for_url("**/edit/how-back/")
        for field, text in {
            "rollback_plan": "Set the alias back.",
            "rollback_minutes": "4",
            "criteria-0-text": "Approvals fall.",
            "risks-0-text": "Good applicants are refused.",
            "steps-0-text": "Shadow.",
        }.items():
            go_to(page, f"#id_{field}")
            page.keyboard.type(text)
        press(page, "[value='add:steps']")
        page.wait_for_selector("#id_steps-1-text:focus")
        page.keyboard.type("Switch.")
        press(page, "[value=next]")
        page.wait_for_url("**/edit/check/")
        press(page, "[value=submit]")
        page.wait_for_url(re.compile(r"/changes/CHG-[0-9]+/$"))
        page.wait_for_load_state("networkidle")
    change = Change.objects.get()
    assert change.state == ChangeState.IN_REVIEW
    assert change.revision is not None
    assert [step["after"] for step in change.revision.content["plan"]] == [[], [1]]
    assert [row["included"] for row in change.revision.content["impact"]] == [True, False]


def go_to(page: Page, target: str) -> None:
    """Move to a control with Tab."""
    page.wait_for_selector(target)
    for _ in range(120):
        if page.locator(f"{target}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {target}.")


def press(page: Page, target: str) -> None:
    """Move to a button with Tab and press Enter."""
    go_to(page, target)
    page.keyboard.press("Enter")
