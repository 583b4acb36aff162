import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.calendar.rules import scope_of_one
from apps.calendar.services import release_booking
from apps.web.planning.month import Month, month_named
from tests.planning import SYSTEM, booked, component, frozen, person, relies, span, team

pytestmark = pytest.mark.django_db

MONTH = "/calendar/?month=2030-11"
WEEK = "/calendar/week/?from=2030-11-19"
QUARTER = "/calendar/quarter/?month=2030-11"
TIMELINE = "/calendar/timeline/?from=2030-11-19"
LONDON = ZoneInfo("Europe/London")
LISTED = r'<td role="cell" class="(?![^"]*unlisted)[^"]*" data-day="([^"]*)"'
"""A day that the list of a month has, on a phone."""


@pytest.fixture
def leila(client: Client) -> User:
    user = person("leila", Role.CHANGE_MANAGER)
    client.force_login(user)
    return user


def page(client: Client, path: str = MONTH) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_month_when_asked_without_sign_in_leads_to_it(client: Client) -> None:
    assert client.get("/calendar/").status_code == 302


def test_month_when_plans_collide_shows_mark_path_and_counts(client: Client, leila: User) -> None:
    data, model = component("sales", "dataset"), component("credit-risk")
    relies(model, data)
    booked("CHG-1", span(6, 8), data)
    booked("CHG-2", span(7, 9), model)
    booked("CHG-3", span(7, 9), model)
    frozen(leila, span(0, 48), scope_of_one("kind", "dataset"))
    text = page(client)
    assert "3 changes, 1 freeze, 2 conflicts and 2 warnings in view. Times in GMT, Europe/London." in text
    assert '06:00<span class="listed"> to 08:00</span> <bdi class="nowrap">CHG-1</bdi>' in text
    assert "is read by <strong>credit-risk</strong>, moved by CHG-2" in text
    assert "moved by CHG-2 and by CHG-3" in text
    assert "Peak trading" in text


def test_month_when_the_address_names_none_is_this_month(client: Client, leila: User) -> None:
    assert "No plans collide here." in page(client, "/calendar/?month=nonsense&day=x&team=none&kind=%00")
    assert "Nothing is planned here" in page(client, "/calendar/")


def test_month_when_drawn_lists_each_day_on_which_something_begins_once(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("m1"))
    booked("CHG-2", span(54, 74), component("m2"))
    frozen(leila, span(120, 168))
    text = page(client)
    assert re.findall(LISTED, text) == ["2030-11-19", "2030-11-21", "2030-11-24"]
    assert text.count('href="/changes/CHG-1/"') == 1
    assert "Freeze, until the end of Mon 25 Nov 2030. " in text
    # This month is listed from today on: without what was over before, with what still runs.
    with travel(datetime(2030, 11, 22, 0, 30, tzinfo=UTC)):
        client.force_login(leila)
        assert re.findall(LISTED, page(client, "/calendar/")) == ["2030-11-21", "2030-11-24"]


def test_month_when_filtered_shows_only_what_matches(client: Client, leila: User) -> None:
    credit = team("credit")
    booked("CHG-1", span(6, 7), component("credit-risk", owned_by=credit))
    booked("CHG-2", span(8, 9), component("sales", "dataset"))
    for query, shown, hidden in (
        ("team=credit", "CHG-1", "CHG-2"),
        ("kind=dataset", "CHG-2", "CHG-1"),
        ("component=risk", "CHG-1", "CHG-2"),
    ):
        text = page(client, f"{MONTH}&{query}")
        assert shown in text
        assert hidden not in text
        assert f"month=2030-12&amp;{query}" in text


def test_month_when_many_fall_on_a_day_says_how_many_more(client: Client, leila: User) -> None:
    for number in range(7):
        booked(f"CHG-{number}", span(number, number + 0.5), component(f"m{number}"))
    assert "3 more" in page(client)
    assert "CHG-6" in page(client, "/calendar/agenda/?month=2030-11&day=2030-11-19")


def test_agenda_when_a_day_is_full_leads_to_the_day_alone(client: Client, leila: User) -> None:
    model = component("m")
    for number in range(27):
        booked(f"CHG-{100 + number}", span(number / 2, number / 2 + 0.5), model)
    text = page(client, "/calendar/agenda/?month=2030-11")
    assert "2 more on Tue 19 Nov 2030" in text
    assert "CHG-126" not in text
    assert "CHG-126" in page(client, "/calendar/agenda/?month=2030-11&day=2030-11-19")


def test_agenda_when_asked_lists_the_same(client: Client, leila: User) -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    release_booking(actor=SYSTEM, booking=booked("CHG-2", span(7, 9), model))
    frozen(leila, span(7, 72))
    text = page(client, "/calendar/agenda/?month=2030-11")
    assert "Tuesday 19 November" in text
    assert "Peak trading covers credit-risk: it must not change then." in text
    assert "Peak trading until Fri 22 Nov 2030, 00:00" in text


@pytest.mark.parametrize(
    "path",
    [
        MONTH,
        QUARTER,
        "/calendar/agenda/?month=2030-11",
        WEEK,
        f"{TIMELINE}&lanes=model",
        f"{TIMELINE}&lanes=team",
    ],
)
def test_calendar_when_more_is_planned_asks_the_same(client: Client, leila: User, path: str) -> None:
    model = component("credit-risk", owned_by=team())
    counts = []
    for number in range(3):
        booked(f"CHG-{number}", span(6, 8), model, component(f"m{number}", owned_by=team(f"team-{number}")))
        frozen(leila, span(0, 24), name=f"Freeze {number}")
        page(client, path)
        with CaptureQueriesContext(connection) as captured:
            page(client, path)
        counts.append(len(captured))
    assert counts[0] == counts[2] <= 25


@pytest.mark.parametrize("count", [1, 3])
def test_freeze_page_when_it_catches_more_asks_the_same(client: Client, leila: User, count: int) -> None:
    for number in range(count):
        booked(f"CHG-{number}", span(6, 8), component(f"m{number}", owned_by=team()))
    freeze = frozen(leila, span(0, 24))
    path = f"/calendar/periods/{freeze.ref}/"
    page(client, path)
    with CaptureQueriesContext(connection) as captured:
        assert "CHG-0" in page(client, path)
    assert len(captured) == 18


def test_lift_when_confirmed_lifts(client: Client, leila: User) -> None:
    freeze = frozen(leila, span(0, 24))
    path = f"/calendar/periods/{freeze.ref}/lift/"
    assert "Lift Peak trading?" in page(client, path)
    assert "Error: " in client.post(path, {"reason": " "}).content.decode()
    freeze.refresh_from_db()
    assert freeze.lifted_at is None
    assert "Lifted" in client.post(path, {"reason": "Not needed"}, follow=True).content.decode()
    freeze.refresh_from_db()
    assert freeze.lifted_at


def test_freeze_when_hidden_or_missing_is_not_found(client: Client, leila: User) -> None:
    freeze = frozen(leila, span(0, 24))
    assert client.get("/calendar/periods/FRZ-99/").status_code == 404
    client.force_login(person("nobody"))
    assert client.get(f"/calendar/periods/{freeze.ref}/").status_code == 404


def test_month_when_weeks_are_whole_runs_from_monday_to_sunday() -> None:
    november = month_named("2026-11", date(2026, 1, 1), LONDON)
    assert (november.days[0], november.days[-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    february = Month(2027, 2, LONDON)
    assert len(february.days) == 28
    assert (february.before.code, Month(2026, 12, LONDON).after.code) == ("2027-01", "2027-01")
    assert november.start.astimezone(UTC) == datetime(2026, 10, 26, tzinfo=UTC)
