"""The week and the timeline: what stands where, what is counted, and addresses that name nothing."""

import re

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.calendar.enums import PeriodKind
from apps.calendar.rules import Scope
from apps.core import actors
from tests.planning import booked, component, declared, frozen, person, relies, span, team

pytestmark = pytest.mark.django_db

WEEK = "/calendar/week/?from=2030-11-19"
TIMELINE = "/calendar/timeline/?from=2030-11-19"


@pytest.fixture
def leila(client: Client) -> User:
    user = person("leila", Role.CHANGE_MANAGER)
    client.force_login(user)
    return user


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_week_when_two_overlap_stand_beside_each_other_with_freeze_and_cooldown(
    client: Client, leila: User
) -> None:
    booked("CHG-1", span(6, 8.5), component("m1"))
    booked("CHG-2", span(7, 10), component("m2"))
    booked("CHG-3", span(23.5, 23.75), component("m3"))
    frozen(leila, span(90, 120), Scope({"kind": frozenset({"dataset"})}, {}))
    quiet = Scope({"kind": frozenset({"pipeline"})}, {})
    declared(actors.person(leila), span(0, 3), quiet, "Rest", PeriodKind.COOLDOWN)
    text = page(client, WEEK)
    assert "18 to 24 November 2030" in text
    assert 'class="s12 l5 k1of2"' in text
    assert 'class="s14 l6 k2of2"' in text
    # A short window at the end of a day is drawn as tall as its text.
    assert 'class="s46 l2 k1of1"' in text
    assert "Peak trading, from 18:00" in text
    assert re.search(r'class="s0 l6"><div class="fz-h hatch-cool\s*"', text)


def test_week_when_a_day_is_full_counts_the_rest(client: Client, leila: User) -> None:
    for number in range(15):
        booked(f"CHG-{100 + number}", span(6, 8), component(f"m{number}"))
    text = page(client, WEEK)
    assert text.count('class="slot ') == 3
    assert 'and 12 more<span class="vh"> on Tue 19 Nov 2030' in text


def test_week_when_planned_in_another_zone_says_both_times(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8, zone="Asia/Tokyo"), component("m1"))
    text = page(client, WEEK)
    assert "06:00 to 08:00<br>15:00 in Tokyo" in text


def test_timeline_when_asked_draws_lanes_of_each_sort_and_the_rest_in_one(
    client: Client, leila: User
) -> None:
    credit = team("credit")
    booked("CHG-1", span(6, 8), component("loans", "service", owned_by=credit), component("risk"))
    booked("CHG-2", span(30, 100), component("sales", "dataset"))
    services = page(client, TIMELINE)
    assert 'class="q6 w6 r1"' in services
    assert "Other changes" in services
    assert "Tier 2 · Credit" in services
    assert "risk</a>" in page(client, f"{TIMELINE}&lanes=model")
    teams = page(client, f"{TIMELINE}&lanes=team")
    assert '<th scope="row">Credit</th>' in teams
    assert teams.count('<th scope="row">') == 2


def test_timeline_when_there_are_many_lanes_pages_them_and_counts_what_has_no_room(
    client: Client, leila: User
) -> None:
    for number in range(27):
        booked(f"CHG-{100 + number}", span(number, number + 1), component(f"s{number:02}", "service"))
    crowded = component("a-crowd", "service", tier=1)
    for number in range(5):
        booked(f"CHG-{200 + number}", span(6, 8), crowded)
    text = page(client, TIMELINE)
    assert "Lanes 1 to 25 of 28" in text
    assert text.count('<th scope="row">') == 25
    assert 'and 2 more<span class="vh"> of a-crowd' in text
    assert "5 conflicts" in text
    rest = page(client, f"{TIMELINE}&page=2")
    assert rest.count('<th scope="row">') == 3
    assert "Nothing is planned here" in page(client, f"{TIMELINE}&page=99")


def test_timeline_when_a_freeze_is_over_a_lane_shades_that_lane_alone(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("loans", "service", owned_by=team("credit")))
    booked("CHG-2", span(6, 8), component("shop", "service", owned_by=team("store")))
    frozen(leila, span(24, 72), Scope({"team": frozenset({"credit"})}, {}))
    assert page(client, TIMELINE).count('class="fz hatch q9 w8"') == 1
    assert page(client, f"{TIMELINE}&lanes=team").count('class="fz hatch q9 w8"') == 1


@pytest.mark.parametrize("view", ["", "week/", "timeline/", "agenda/"])
def test_calendar_when_filtered_keeps_the_filter_in_every_view(
    client: Client, leila: User, view: str
) -> None:
    data = component("sales", "dataset", tier=1)
    data.tags = ["nightly"]
    data.save()
    model = component("credit-risk")
    relies(model, data)
    booked("CHG-1", span(6, 8), data)
    booked("CHG-2", span(6, 8), model)
    booked("CHG-3", span(30, 31), component("alone"))
    place = f"/calendar/{view}?month=2030-11&from=2030-11-19"
    for query, shown, hidden in (
        ("tier=1", {"CHG-1"}, {"CHG-2", "CHG-3"}),
        ("tag=nightly", {"CHG-1"}, {"CHG-2", "CHG-3"}),
        ("conflicts=1", {"CHG-1", "CHG-2"}, {"CHG-3"}),
        ("state=approved", set(), {"CHG-1", "CHG-2", "CHG-3"}),
    ):
        text = page(client, f"{place}&{query}")
        links = {ref for ref in ("CHG-1", "CHG-2", "CHG-3") if f'href="/changes/{ref}/"' in text}
        assert shown <= links, query
        # What it meets is named where a conflict is told; only the drawn ones are counted.
        assert f"{len(shown)} change{'' if len(shown) == 1 else 's'}" in text, query
        assert not hidden & links or query in ("tier=1", "tag=nightly"), query
        for name in ("week", "timeline", "agenda"):
            assert re.search(rf"/calendar/{name}/\?[^\"]*{query}", text), (query, name)


def test_quarter_when_planned_counts_by_day_week_and_month_and_leads_on(client: Client, leila: User) -> None:
    model = component("credit-risk")
    for ref in ("CHG-1", "CHG-2"):
        booked(ref, span(6, 8), model)
    booked("CHG-3", span(24 * 20, 24 * 20 + 1), component("alone"))
    frozen(leila, span(72, 96))
    declared(actors.person(leila), span(96, 120), name="Platform day", kind=PeriodKind.EVENT)
    text = page(client, "/calendar/quarter/?month=2030-11&tier=2")
    assert "October to December 2030" in text
    assert re.search(r'month=2030-12">December 2030</a><small>1 change<', text)
    assert re.search(
        r'from=2030-11-18">18 Nov to 24 Nov</a><small>2 changes</small><span class="say c-blocked">', text
    )
    assert re.search(r'day=2030-11-19">2<span class="word"> changes', text)
    assert re.search(r'class="conflict-mark" href="[^"]*tier=2&amp;conflicts=1&amp;day=2030-11-19">', text)
    grid = re.search(r"<table.*</table>", text, re.S)
    assert grid
    assert "Peak trading" in grid[0]
    assert "Platform day" not in grid[0]
    assert "Platform day" in text


BAD = ["9999-12-31", "0001-01-01", "2030-11-19T06:00", "-1", "%00", "nonsense", "2030-W47", "99999999999999"]


@pytest.mark.parametrize("view", ["", "quarter/", "week/", "timeline/", "agenda/"])
@pytest.mark.parametrize("text", BAD)
def test_calendar_when_an_address_names_no_such_thing_still_opens(
    client: Client, leila: User, view: str, text: str
) -> None:
    names = (
        "month",
        "from",
        "day",
        "page",
        "lanes",
        "team",
        "kind",
        "tier",
        "tag",
        "state",
        "component",
        "view",
    )
    for name in ("month", "from", "day"):
        page(client, f"/calendar/{view}?{name}={text}")
    page(client, f"/calendar/{view}?" + "&".join(f"{name}={text}" for name in names))


def test_day_when_it_holds_hundreds_is_paged(client: Client, leila: User) -> None:
    model = component("m")
    for number in range(103):
        booked(f"CHG-{1000 + number}", span(number / 5, number / 5 + 0.2), model)
    first = page(client, "/calendar/agenda/?day=2030-11-19")
    assert "3 more on Tue 19 Nov 2030" in first
    assert "&amp;page=2" in first
    assert "CHG-1102" not in first
    assert "CHG-1102" in page(client, "/calendar/agenda/?day=2030-11-19&page=2")


def test_saved_view_when_another_month_is_in_view_keeps_it_and_around_today_follows_today(
    client: Client, leila: User
) -> None:
    for where, kept in (
        ("quarter/?month=2031-03", "view=quarter&month=2031-01"),
        ("week/?from=2031-03-05&tier=1", "tier=1&view=week&from=2031-03-03"),
        ("?tier=1", "tier=1&view=month"),
    ):
        text = page(client, f"/calendar/{where}")
        assert f'name="query" value="{kept.replace("&", "&amp;")}"' in text
        client.post("/account/views/calendar/", {"name": where[:9], "query": kept})
    opened = client.get("/calendar/?tier=1&view=week&from=2031-03-03")
    assert opened["Location"] == "/calendar/week/?from=2031-03-03&tier=1"
    text = page(client, opened["Location"])
    assert "It will open at 3 to 9 March 2031." in text
    assert re.search(r'month=2031-01" ?>quarter/', text)
