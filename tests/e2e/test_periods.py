"""Planning a period in a real browser, without scripts: filled in, checked, put on the calendar, changed."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.calendar.models import Period
from apps.core import clock
from tests.e2e.browser import WIDTHS, Chromium, complaints, overflows, signed_in
from tests.e2e.looks import faults
from tests.planning import component, person, team

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SOON = clock.now().date() + timedelta(days=10)
LAST = SOON + timedelta(days=400)
"""Both changes of the clocks lie between."""


@pytest.mark.parametrize("width", WIDTHS)
def test_weekly_freeze_is_planned_without_scripts(
    browser: Chromium, live_server: LiveServer, width: int
) -> None:
    leila = person("leila", Role.CHANGE_MANAGER)
    component("checkout", "service", owned_by=team("payments"))
    with signed_in(browser, live_server.url, leila, width=width, scripts=False) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/calendar/periods/new/")
        expect(page.get_by_label("Runs until")).to_be_hidden()
        page.get_by_label("Name").fill("Overnight settlement")
        page.get_by_label("Reason").fill("Card schemes settle the week.")
        page.get_by_label("Time zone").select_option("Europe/London")
        page.get_by_label("Every week").check()
        expect(page.get_by_label("The rule")).to_be_hidden()
        page.locator(".days label", has_text="Sat").click()
        page.get_by_label("Starts on").fill(f"{SOON}")
        page.get_by_label("Starts at").fill("23:00")
        page.get_by_label("Ends at").fill("07:00")
        page.get_by_label("Runs until").fill(f"{LAST}")
        page.get_by_label("Except on").fill(f"{LAST - timedelta(days=30):%d %b %Y}")
        page.get_by_label("Teams").fill("Payments")
        page.get_by_role("button", name="Check what it does").click()
        expect(page.get_by_text("Every Saturday from 23:00 to Sunday 07:00, London time")).to_be_visible()
        expect(page.get_by_role("heading", name="When the clocks change")).to_be_visible()
        expect(page.get_by_text("1 component: checkout")).to_be_visible()
        assert overflows(page) == []
        page.get_by_role("button", name="Put it on the calendar").click()
        expect(page.get_by_text("Overnight settlement is declared.")).to_be_visible()
        expect(page.get_by_text("Every Saturday from 23:00")).to_be_visible()
        page.get_by_role("link", name="Change it").click()
        expect(page.get_by_label("Runs until")).to_have_value(f"{LAST}")
    assert Period.objects.get().occurrences.exists()


def test_form_with_what_it_does_passes_axe(browser: Chromium, live_server: LiveServer) -> None:
    leila = person("leila", Role.CHANGE_MANAGER)
    with signed_in(browser, live_server.url, leila) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(f"{live_server.url}/calendar/periods/new/?kind=maintenance")
        page.get_by_label("Every week").check()
        page.get_by_label("Name").fill("Nights")
        page.get_by_label("Reason").fill("Quiet hours.")
        page.get_by_label("Time zone").select_option("Europe/London")
        page.get_by_label("Starts on").fill(f"{SOON}")
        page.get_by_label("Starts at").fill("23:00")
        page.get_by_label("Ends at").fill("07:00")
        page.get_by_role("button", name="Check what it does").click()
        expect(page.get_by_role("button", name="Put it on the calendar")).to_be_visible()
        assert said == []
        assert faults(page) == []
