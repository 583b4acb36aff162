"""The calendar in a real browser: a drag opens the form that the link opens, and marks open by keyboard alone."""

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.changes.models import Change
from tests.changes.estate import Estate, fresh, submitted
from tests.e2e.browser import Chromium, axe, complaints, overflows, signed_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WEEK = "/calendar/week/?from=2027-11-15"
TIMELINE = "/calendar/timeline/?from=2027-11-15&lanes=model"
MONTH = "/calendar/?month=2027-11"


@pytest.fixture
def change(estate: Estate) -> Change:
    """Return a change of Amara's on Thursday 18 November 2027, 06:00 to 08:30 in London, with another over it."""
    made: Change = submitted(estate, start="2027-11-18T06:00", end="2027-11-18T08:30")
    submitted(estate, start="2027-11-18T08:00", end="2027-11-18T09:00")
    return fresh(made)  # type: ignore[no-any-return]


def drag(page: Page, what: Locator, to: Locator, *, y: float = 30, x: float = 20) -> None:
    """Drag with the mouse, from where what is held begins."""
    what.drag_to(to, source_position={"x": 6, "y": 6}, target_position={"x": x, "y": y}, force=True)
    page.wait_for_url("**/calendar/move/**")


def test_week_when_a_block_is_dragged_opens_the_form_with_the_new_time(
    browser: Chromium, live_server: LiveServer, estate: Estate, change: Change
) -> None:
    with signed_in(browser, live_server.url, estate.people["amara"]) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(live_server.url + WEEK)
        friday = page.locator(".day-h[data-day='2027-11-19']")
        # Twenty half hours down, and as far below the block's top as it was held.
        drag(page, page.locator(f"[data-move$='{change.ref}/']").first, friday, y=20 * 17 + 6)
        expect(page.get_by_label("Starts")).to_have_value("2027-11-19T10:00")
        expect(page.get_by_label("Ends")).to_have_value("2027-11-19T12:30")
        expect(page.get_by_text("This time is free.")).to_be_visible()
        expect(page.get_by_role("button", name=f"Move {change.ref} there")).to_be_visible()
        assert said == []
        assert axe(page) == []


def test_month_and_timeline_when_dragged_move_by_whole_days(
    browser: Chromium, live_server: LiveServer, estate: Estate, change: Change
) -> None:
    with signed_in(browser, live_server.url, estate.people["amara"]) as context:
        page = context.new_page()
        page.goto(live_server.url + MONTH)
        held = page.locator(f".cal [data-move$='{change.ref}/']")
        drag(page, held, page.locator("td[data-day='2027-11-23']"))
        expect(page.get_by_label("Starts")).to_have_value("2027-11-23T06:00")
        page.goto(live_server.url + TIMELINE)
        lane = page.locator(".lane").first
        box = lane.bounding_box()
        assert box is not None
        held = page.locator(f".lanes [data-move$='{change.ref}/']").first
        drag(page, held, lane, x=box["width"] * 9.5 / 14, y=8)
        expect(page.get_by_label("Starts")).to_have_value("2027-11-24T06:00")


def test_calendar_when_scripts_are_off_opens_marks_and_moves_by_link(
    browser: Chromium, live_server: LiveServer, estate: Estate, change: Change
) -> None:
    with signed_in(browser, live_server.url, estate.people["amara"], scripts=False) as context:
        page = context.new_page()
        for path in (MONTH, WEEK, TIMELINE):
            page.goto(live_server.url + path)
            mark = page.locator("table summary.conflict-mark").first
            mark.focus()
            page.keyboard.press("Enter")
            expect(page.locator("table .path").first).to_be_visible()
        page.goto(live_server.url + "/calendar/agenda/?month=2027-11")
        page.get_by_role("link", name=f"Move {change.ref}").first.click()
        expect(page.get_by_label("Starts")).to_have_value("2027-11-18T06:00")
        page.get_by_label("Starts").fill("2027-11-19T07:00")
        page.get_by_label("Ends").fill("2027-11-19T09:30")
        page.get_by_role("button", name="See what it meets").click()
        expect(page.get_by_text("This time is free.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_calendar_when_filters_are_open_fits_the_width(
    browser: Chromium, live_server: LiveServer, estate: Estate, change: Change, width: int
) -> None:
    with signed_in(browser, live_server.url, estate.people["amara"], width=width) as context:
        page = context.new_page()
        page.goto(live_server.url + WEEK)
        page.locator(".cal-bar summary", has_text="Filter").click()
        expect(page.get_by_label("Tag")).to_be_visible()
        assert overflows(page) == []
        assert axe(page) == []
