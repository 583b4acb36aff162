"""Briefings and reviews in a real browser: a review by keyboard alone, and a briefing on paper."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.changes.enums import ChangeState
from apps.core import clock
from apps.core.actors import person
from apps.reviews import services
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from tests.e2e.browser import Chromium, signed_in
from tests.insights.build import in_review
from tests.people import PASSWORD, add_person
from tests.reviews.build import a_change, a_component, a_review, sign

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leila() -> User:
    return add_person("leila", Role.CHANGE_MANAGER, Role.SPONSOR, name="Leila Haddad")


@pytest.fixture
def reviews(leila: User) -> tuple[Review, Review]:
    """Return a written review with an action, and a signed one; and fill the weeks around them."""
    now = clock.now()
    model = a_component(owner_person=leila)
    in_review(now + timedelta(minutes=5), leila, "Loan scoring before the peak")
    start = now + timedelta(days=1)
    a_change(
        leila,
        state=ChangeState.APPROVED,
        component=model,
        planned_start=start,
        planned_end=start + timedelta(1),
    )
    mine = a_review(component=model, actual_end=now)
    services.record_review(
        actor=person(leila),
        review=mine,
        digest=digest_of(mine),
        outcome="rolled_back",
        what_happened="10:00 It began.\n10:54 We went back.",
        went_well="The bound held.",
        realised={mine.metrics.get().pk: 265.0},
    )
    services.add_action(
        actor=person(leila), review=mine, text="Rehearse the undo", owner=leila, due_on=now.date()
    )
    past = a_review(component=model, event="complete")
    past = services.record_review(
        actor=person(leila),
        review=past,
        digest=digest_of(past),
        outcome="with_issues",
        what_happened="It went.",
        went_well="",
        realised={},
    )
    return mine, sign(past, leila)


def test_review_by_keyboard_alone_is_signed(
    browser: Chromium, live_server: LiveServer, leila: User, reviews: tuple[Review, Review]
) -> None:
    mine, _ = reviews
    with signed_in(browser, live_server.url, leila) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/reviews/{mine.ref}/")
        page.get_by_role("link", name="Sign this review").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Your password").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/reviews/{mine.ref}/")
        expect(page.locator(".sig-name", has_text="Leila Haddad")).to_be_visible()
    mine.refresh_from_db()
    assert mine.signed_by == leila


def test_briefing_when_printed_is_paper_without_buttons(
    browser: Chromium, live_server: LiveServer, leila: User, reviews: tuple[Review, Review]
) -> None:
    with signed_in(browser, live_server.url, leila, theme="dark") as context:
        page = context.new_page()
        page.goto(live_server.url + "/briefings/")
        page.emulate_media(media="print")
        expect(page.get_by_role("link", name="Read the change")).not_to_be_visible()
        expect(page.locator(".topbar")).not_to_be_visible()
        expect(page.get_by_role("heading", name="Cost of waiting")).to_be_visible()
        assert page.locator("html").evaluate("e => getComputedStyle(e).colorScheme") == "light"
        page.set_viewport_size({"width": 700, "height": 1000})  # A4 upright: its numbers stay side by side
        columns = "e => getComputedStyle(e).gridTemplateColumns.split(' ').length"
        assert page.locator(".bignums").first.evaluate(columns) == 3


def test_chart_when_printed_from_a_wide_screen_fits_the_paper(
    browser: Chromium, live_server: LiveServer, leila: User, reviews: tuple[Review, Review]
) -> None:
    with signed_in(browser, live_server.url, leila) as context:
        page = context.new_page()
        page.goto(live_server.url + "/dashboards/")
        chart, width = page.locator(".js-plotly-plot .main-svg").first, "e => e.clientWidth"
        expect(chart).to_be_visible()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert chart.evaluate(width) == 620
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert chart.evaluate(width) != 620
