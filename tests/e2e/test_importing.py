"""Importing a calendar file in a real browser, without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.calendar.models import Period
from tests.e2e.browser import Chromium, complaints, signed_in
from tests.e2e.looks import faults
from tests.planning import person

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_calendar_file_is_looked_at_and_imported(
    browser: Chromium, live_server: LiveServer, shared_data: Path
) -> None:
    leila = person("leila", Role.CHANGE_MANAGER)
    file = shared_data / "calendars" / "recurring_event.ics"
    with signed_in(browser, live_server.url, leila) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(f"{live_server.url}/calendar/import/")
        page.get_by_label("The file").set_input_files(file)
        page.get_by_label("What the calendar is called").fill("Public test")
        page.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_role("heading", name="Import “Public test”?")).to_be_visible()
        expect(page.get_by_text("Every day all day")).to_be_visible()
        assert said == []
        assert faults(page) == []
        page.get_by_role("button", name="Import it").click()
        expect(page.locator("#main").get_by_text("Public test is on the calendar: 1 new")).to_be_visible()
    assert Period.objects.count() == 1


def test_file_of_50_megabytes_is_answered(browser: Chromium, live_server: LiveServer, tmp_path: Path) -> None:
    large = tmp_path / "large.ics"
    large.write_bytes(b"X" * (49 * 1024 * 1024))
    with signed_in(browser, live_server.url, person("leila", Role.CHANGE_MANAGER), scripts=False) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/calendar/import/")
        page.get_by_label("The file").set_input_files(large)
        page.get_by_label("What the calendar is called").fill("Large")
        page.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_role("heading", name="That is too large")).to_be_visible()
