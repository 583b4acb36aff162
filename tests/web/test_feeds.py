"""The page of calendar feeds, and what a feed says of a change."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import save_view
from apps.audit.models import AuditEvent
from apps.calendar.models import CalendarFeed
from apps.core import actors
from tests.planning import booked, component, person, span, team

pytestmark = pytest.mark.django_db
PAGE = "/calendar/feeds/"


@pytest.fixture
def leila(client: Client) -> User:
    user = person("leila", Role.CHANGE_MANAGER)
    client.force_login(user)
    return user


def shown(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def made(client: Client, **data: str) -> str:
    answer = client.post(PAGE, {"name": "Team calendar", "shows": "view"} | data)
    assert answer.status_code == 200
    [address] = re.findall(r'id="address">([^<]+)<', answer.content.decode())
    return str(address).removeprefix("http://localhost:8000")


def test_page_when_asked_without_sign_in_leads_to_it(client: Client) -> None:
    assert client.get(PAGE).status_code == 302


def test_address_is_shown_once_and_leads_to_a_calendar(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    path = made(client)
    assert len(Calendar.from_ical(Client().get(path).content).walk("VEVENT")) == 1
    page = shown(client)
    assert path not in page
    assert "Team calendar" in page
    assert "The whole calendar" in page
    assert client.post(PAGE, {"name": "x", "shows": "mine"}).headers["Cache-Control"].startswith("max-age=0")


def test_feed_keeps_the_filters_of_the_calendar_that_its_reader_came_from(
    client: Client, leila: User
) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk", tier=1, owned_by=team("credit")))
    booked("CHG-2", span(6, 8), component("search", tier=3))
    assert 'href="/calendar/feeds/?team=credit&amp;tier=1"' in shown(
        client, "/calendar/?team=credit&tier=1&x=1"
    )
    page = shown(client, f"{PAGE}?team=credit&tier=1&state=zebra")
    assert "With the filters that you came with: Team: Credit, Tier 1" in page
    [query] = re.findall(r'name="query" value="([^"]*)"', page)
    path = made(client, query=query.replace("&amp;", "&"))
    [event] = Calendar.from_ical(Client().get(path).content).walk("VEVENT")
    assert str(event["uid"]) == "chg-1@localhost"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "Give it a name of up to 80 characters"),
        ({"shows": "team"}, "Choose which team."),
        ({"shows": "saved"}, "Choose which view."),
        ({"shows": "saved", "view": "9"}, "Select a valid choice"),
        ({"shows": "component", "component": "model:default/zebra"}, "There is no component"),
        ({"shows": "zebra"}, "Select a valid choice"),
    ],
)
def test_form_says_at_the_field_what_is_missing(
    client: Client, leila: User, data: dict[str, str], said: str
) -> None:
    answer = client.post(PAGE, {"name": "x", "shows": "mine"} | data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CalendarFeed.objects.exists()


def test_revoked_feed_answers_no_more_and_says_so(client: Client, leila: User) -> None:
    path = made(client)
    feed = CalendarFeed.objects.get()
    assert Client().get(path).status_code == 200
    assert "Revoke the feed Team calendar?" in shown(client, f"{PAGE}{feed.prefix}/revoke/")
    answer = client.post(f"{PAGE}{feed.prefix}/revoke/", follow=True)
    assert "no longer works" in answer.content.decode()
    assert Client().get(path).status_code == 404
    assert "Revoked" in shown(client)


def test_feed_of_another_person_cannot_be_seen_or_revoked(client: Client, leila: User) -> None:
    path = made(client)
    feed = CalendarFeed.objects.get()
    client.force_login(person("femi", Role.OWNER))
    assert "Team calendar" not in shown(client)
    assert client.post(f"{PAGE}{feed.prefix}/revoke/").status_code == 404
    assert AuditEvent.objects.filter(event="access.denied").count() == 1
    assert Client().get(path).status_code == 200


def test_page_asks_the_same_whatever_it_lists(client: Client, leila: User) -> None:
    counts = []
    for number in range(1, 13):
        view = save_view(actor=actors.person(leila), page="calendar", name=f"View {number}", query="tier=1")
        made(client, name=f"Feed {number}", shows="saved", view=str(view.pk))
        if number in (2, 12):
            with CaptureQueriesContext(connection) as asked:
                shown(client)
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_feed_of_a_saved_view_names_it_and_says_when_it_has_ended(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk", tier=1))
    view = save_view(
        actor=actors.person(leila), page="calendar", name="Vital", query="from=2030-11-01&tier=1"
    )
    page = shown(client, f"{PAGE}?tier=1")
    assert re.search(rf'<option value="{view.pk}" selected>Vital', page)
    assert re.search(r'value="saved"[^>]*checked', page)
    path = made(client, shows="saved", view=str(view.pk))
    assert "The view Vital. Tier 1" in shown(client)
    edit = f"/account/views/{view.pk}/edit/"
    assert "the calendar feeds that show it end" in shown(client, edit)
    client.post(edit, {"remove": "yes"})
    page = shown(client)
    assert "A saved view that is gone" in page
    assert "Ended" in page
    assert Client().get(path).status_code == 410
