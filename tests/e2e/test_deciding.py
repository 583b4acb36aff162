"""Each of the four roles decides in a real browser: by keyboard alone, on a phone's width, with and without scripts."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.approvals.models import Requirement, Signature
from apps.audit.models import AuditEvent
from tests.changes.estate import Estate, fresh, submitted
from tests.e2e.browser import Chromium, complaints, overflows, shoot, signed_in
from tests.e2e.test_wizard import go_to, press

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("DECIDING_PICTURES", "")
ROLES = {"henrik": Role.SPONSOR, "meilin": Role.STEWARD, "tomasz": Role.VALIDATOR, "priya": Role.OWNER}
# Far enough ahead that the window is never over when the test runs.
WINDOW = {"start": "2030-11-19T06:00", "end": "2030-11-19T08:30"}


def look(page: Page, name: str) -> None:
    if PICTURES:
        shoot(page, name, Path(PICTURES))
    assert overflows(page) == [], name


def open_decision(page: Page, name: str) -> None:
    """Go from the inbox to the page where one decides, as a phone shows them: the list first, then one of it."""
    look(page, f"{name}-inbox")
    press(page, ".row-item h3 a")
    page.wait_for_url("**/inbox/*/**")
    look(page, f"{name}-preview")
    press(page, ".preview-foot a[href$='/sign/']")
    page.wait_for_url("**/sign/")
    look(page, f"{name}-sign")


def decide(page: Page, decision: str, note: str = "", password: str = "a good secret") -> None:
    """Answer the page of a decision, and send it from the field of the password."""
    # The first Tab reaches the first of the choices; the arrows move between them.
    go_to(page, "input[name=decision]")
    page.keyboard.press("Space")
    for _ in range(3):
        if page.locator(f"input[name=decision][value={decision}]:checked").count():
            break
        page.keyboard.press("ArrowDown")
    if decision == "approve":
        for place in range(page.locator("input[name=checked]").count()):
            go_to(page, f"#id_checked_{place}")
            page.keyboard.press("Space")
    if note:
        go_to(page, "#id_note")
        page.keyboard.type(note)
    go_to(page, "#id_password")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("name", ROLES)
def test_each_role_decides_by_keyboard_alone_on_a_phone(
    browser: Chromium, live_server: LiveServer, estate: Estate, name: str, scripts: bool
) -> None:
    change = submitted(estate, names=("applications", "credit-risk", "loan-decision"), **WINDOW)
    waiting = Requirement.objects.filter(round=change.round, role=ROLES[name])
    assert waiting.exists()
    with signed_in(browser, live_server.url, estate.people[name], width=320, scripts=scripts) as context:
        page = context.new_page()
        said = complaints(page)
        for asked in waiting:
            page.goto(live_server.url + "/inbox/")
            open_decision(page, f"{name}-{scripts}")
            decide(page, "approve")
            page.wait_for_url(f"**/changes/{change.ref}/")
            assert Signature.objects.get(requirement=asked).decision == "approve"
        look(page, f"{name}-{scripts}-signed")
        page.goto(live_server.url + "/inbox/")
        expect(page.locator(".row-item")).to_have_count(0)
        assert said == []


def test_owner_rejects_by_keyboard_alone_and_everyone_reads_why(
    browser: Chromium, live_server: LiveServer, estate: Estate
) -> None:
    change = submitted(estate, names=("loan-decision",), **WINDOW)
    with signed_in(browser, live_server.url, estate.people["priya"], width=320) as context:
        page = context.new_page()
        page.goto(live_server.url + "/inbox/")
        open_decision(page, "reject")
        decide(page, "reject")
        page.wait_for_selector("[data-error-summary]")
        assert not Signature.objects.exists()
        look(page, "reject-without-a-reason")
        decide(page, "reject", "The load test ran on half of the traffic.")
        page.wait_for_url(f"**/changes/{change.ref}/")
    assert fresh(change).state == "rejected"
    with signed_in(browser, live_server.url, estate.people["amara"], width=320) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/changes/{change.ref}/")
        expect(page.locator("main")).to_contain_text(
            "The load test ran on half of the traffic.", use_inner_text=True
        )


def test_requester_who_opens_the_page_of_a_decision_reads_why_it_is_not_theirs(
    browser: Chromium, live_server: LiveServer, estate: Estate
) -> None:
    change = submitted(estate, names=("credit-risk",), **WINDOW)
    asked = Requirement.objects.get(round=change.round, role=Role.VALIDATOR)
    with signed_in(browser, live_server.url, estate.people["amara"], width=320) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/approvals/{asked.pk}/sign/")
        expect(page.locator("main")).to_contain_text(
            "You asked for this change. Nobody approves their own.", use_inner_text=True
        )
        expect(page.locator("main form")).to_have_count(0)
        look(page, "refused")
    assert not AuditEvent.objects.filter(event="approval.signed").exists()
