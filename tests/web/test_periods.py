"""The form on which a period is planned: checked, put on the calendar, and changed."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.calendar.models import Period
from apps.calendar.selectors import recurrence_of
from apps.catalog.models import Component
from tests.planning import booked, component, person, span, team

pytestmark = pytest.mark.django_db

NEW = "/calendar/periods/new/"


@pytest.fixture
def leila(client: Client) -> User:
    user = person("leila", Role.CHANGE_MANAGER)
    client.force_login(user)
    return user


def data(**more: str | list[str]) -> dict[str, str | list[str]]:
    return {
        "kind": "freeze",
        "name": "Peak trading",
        "reason": "Shops are busy.",
        "time_zone": "Europe/London",
        "repeats": "once",
        "first_day": "2030-11-19",
        "starts": "00:00",
        "ends": "00:00",
        "owner": "leila",
    } | more


def weekly(**more: str | list[str]) -> dict[str, str | list[str]]:
    return data(
        name="Overnight settlement",
        repeats="weekly",
        days=["SA"],
        first_day="2026-11-10",
        starts="23:00",
        ends="07:00",
        until="2027-12-31",
        except_on="Sat 26 Dec 2026",
        **more,
    )


def said(client: Client, given: dict[str, str | list[str]], path: str = NEW) -> str:
    return client.post(path, given).content.decode()


def test_check_when_sent_names_what_it_catches_and_then_it_is_declared(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    text = said(client, data(step="look"))
    assert "CHG-1" in text
    assert "<strong>1 component</strong>: credit-risk" in text
    assert "Tuesday 19 November 2030 all day, London time. It lasts 1 day." in text
    assert not Period.objects.exists()
    response = client.post(NEW, data(step="declare"), follow=True)
    assert response.redirect_chain == [("/calendar/periods/FRZ-1/", 302)]
    assert "Peak trading is declared." in response.content.decode()


@travel("2026-11-10T09:00:00Z", tick=False)
def test_check_when_it_runs_by_the_week_says_it_in_words_and_over_both_clock_changes(
    client: Client, leila: User
) -> None:
    text = said(client, weekly(step="look"))
    assert (
        "Every Saturday from 23:00 to Sunday 07:00, London time, until 31 December 2027, "
        "except on 26 December 2026. Usually 8 hours." in text
    )
    assert "Sat 14 Nov, Sat 21 Nov, Sat 28 Nov" in text
    assert "58 times in all" in text
    assert "Sun 28 March 2027: 7 hours" in text
    assert "On 28 March 2027 clocks go forward: this freeze lasts 7 hours instead of 8." in text
    assert '<rect class="off" x="79.0" y="20" width="31.5" height="18"/>' in text
    assert "Sun 31 October 2027: 9 hours" in text
    assert '<rect class="twice" x="79.0"' in text


def test_check_when_it_happens_once_over_a_clock_change_says_how_long_it_really_lasts(
    client: Client, leila: User
) -> None:
    text = said(client, data(first_day="2031-03-27", last_day="2031-04-03", starts="18:00", ends="08:00"))
    assert "It lasts 6 days 13 hours." in text
    assert "this freeze lasts 6 days 13 hours instead of 6 days 14 hours." in text
    assert "… 21" in text  # the hours around the change are drawn


@travel("2026-11-10T09:00:00Z", tick=False)
def test_declare_when_it_runs_by_the_week_is_kept_as_it_was_said(client: Client, leila: User) -> None:
    component("checkout", owned_by=team("payments"))
    component("receipt-mailer", "service", owned_by=team("payments"))
    Component.objects.update(stage="production")
    client.post(
        NEW,
        weekly(
            step="declare",
            teams="Payments",
            tiers=["1", "2"],
            environments="production",
            not_components="service:default/receipt-mailer",
            not_classes=["urgent"],
        ),
    )
    period = Period.objects.get()
    assert vars(recurrence_of(period)) == {
        "local_start": "2026-11-14T23:00",
        "local_end": "2026-11-15T07:00",
        "time_zone": "Europe/London",
        "rrule": "FREQ=WEEKLY;BYDAY=SA;UNTIL=20271231T235900Z",
        "exdates": ("2026-12-26",),
        "rdates": (),
    }
    assert period.scope == {
        "covers": {"environment": ["production"], "team": ["payments"], "tier": ["1", "2"]},
        "leaves_out": {"change_class": ["urgent"], "component": ["service:default/receipt-mailer"]},
    }
    assert period.owner == leila
    assert period.occurrences.count() == 58


@travel("2026-11-10T09:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            data(
                repeats="rule",
                rrule="FREQ=MONTHLY;BYDAY=3SA",
                first_day="2026-11-21",
                starts="10:00",
                ends="12:00",
            ),
            "On the third Saturday of every month from 10:00 to 12:00, London time.",
        ),
        (
            data(
                kind="maintenance",
                first_day="2026-11-21",
                last_day="2026-11-24",
                starts="18:00",
                ends="06:00",
            ),
            "Saturday 21 November 2026 from 18:00 to Tuesday 24 November 2026 06:00, London time.",
        ),
        (
            data(
                repeats="weekly",
                first_day="2026-11-18",
                starts="10:00",
                ends="12:00",
                also_on="19 November 2026",
            ),
            "Every Wednesday from 10:00 to 12:00, London time, and also on 19 November 2026.",
        ),
        (
            data(kind="on_call", on_call="leila", first_day="2026-11-21", last_day="2026-11-28"),
            "Saturday 21 November 2026 for 7 whole days, London time.".replace(
                "Saturday 21 November 2026 for", "for"
            ),
        ),
    ],
)
def test_check_of_other_kinds_of_time(
    client: Client, leila: User, given: dict[str, str | list[str]], sentence: str
) -> None:
    assert sentence in said(client, given | {"step": "look"})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"last_day": "2030-11-18"}, "The first one starts on Tuesday 19 November 2030."),
        ({"last_day": "2030-11-19"}, "The end must be after the start."),
        (
            {"repeats": "weekly", "days": ["SA"], "last_day": "2030-11-20"},
            "The first one starts on Saturday 23 November 2030. Give the day on which that one ends",
        ),
        (
            {"first_day": "2031-03-30", "starts": "01:30", "ends": "05:00"},
            "01:30 does not exist on 30 March 2031",
        ),
        ({"time_zone": "Europe/Londres"}, "There is no time zone “Europe/Londres”"),
        ({"teams": "nobodies"}, "There is no team “nobodies”."),
        (
            {"components": "model:default/nothing"},
            "There is no component “model:default/nothing”. Write its name",
        ),
        ({"components": "no\x00thing"}, "Null characters are not allowed."),
        ({"owner": "nobody"}, "There is nobody with the user name “nobody”."),
        ({"owner": ", "}, "Name one person."),
        ({"kind": "on_call", "step": "declare"}, "Name whoever is on call."),
        ({"name": ""}, "Name is missing"),
        ({"starts": "noon"}, "Starts at: give a time such as 23:00."),
        ({"first_day": "2020-01-01", "step": "declare"}, "This time is over."),
        ({"repeats": "rule"}, "Give the rule"),
        ({"repeats": "rule", "rrule": "FREQ=SECONDLY"}, "each hour at most"),
        ({"repeats": "rule", "rrule": "FREQ=HOURLY", "ends": "00:30"}, "more than 1,500 times a year"),
        ({"repeats": "weekly", "last_day": "2030-12-30"}, "still run when the next one starts"),
        ({"repeats": "weekly", "except_on": "soon"}, "“soon” is not a date."),
        ({"repeats": "weekly", "until": "2029-01-01"}, "It ends (UNTIL) before it starts."),
    ],
)
def test_declare_when_something_is_wrong_says_so_at_the_field(
    client: Client, leila: User, wrong: dict[str, str | list[str]], sentence: str
) -> None:
    text = said(client, data() | wrong)
    assert "There is a problem" in text
    assert sentence in text
    assert not Period.objects.exists()


def test_check_takes_a_component_by_its_name_where_only_one_has_it(client: Client, leila: User) -> None:
    component("checkout", "service")
    component("checkout", "product")
    component("basket-suggestions", "service")
    text = said(client, data(step="look", not_components="Basket-Suggestions, product:default/checkout"))
    assert "<strong>1 component</strong>: checkout. 2 left out." in text
    client.post(NEW, data(step="declare", components="basket-suggestions"))
    assert Period.objects.get().scope == {"covers": {"component": ["service:default/basket-suggestions"]}}
    text = said(client, data(step="look", components="checkout, basket-sugestions"))
    assert "“checkout” is the name of 2 components. Write one of product:default/checkout, service:" in text
    assert "Did you mean service:default/basket-suggestions?" in text


def test_check_refuses_a_tag_or_environment_that_nothing_has_and_names_the_nearest(
    client: Client, leila: User
) -> None:
    made = component("checkout", "service")
    made.tags, made.stage = ["card-data", "pool:gpu-a"], "production"
    made.save()
    text = said(client, data(step="declare", tags="cards-data", not_tags="zzz", environments="Prodution"))
    assert "No component has the tag “cards-data”. Did you mean card-data?" in text
    assert "No component has the tag “zzz”. Write it as the catalog has it, or put it there first." in text
    assert "No component has the environment “Prodution”. Did you mean production?" in text
    assert not Period.objects.exists()
    client.post(NEW, data(step="declare", tags="Card-Data", environments="production"))
    found = Period.objects.get()
    assert found.scope == {"covers": {"environment": ["production"], "tag": ["card-data"]}}
    # What it names already stays, though nothing has it any more.
    Component.objects.update(tags=[])
    text = said(client, data(step="look", tags="card-data"), f"/calendar/periods/{found.ref}/change/")
    assert "There is a problem" not in text


def test_check_of_many_components_lets_one_see_them_all(client: Client, leila: User) -> None:
    for number in range(8):
        component(f"m{number}")
    text = said(client, data(step="look"))
    assert "<strong>8 components</strong>: m0, m1, m2, m3, m4, m5 and 2 more." in text
    assert "<summary>See all 8</summary>" in text
    assert "<li>m7</li>" in text


def test_check_asks_before_it_counts_and_enter_only_looks(client: Client, leila: User) -> None:
    text = said(client, data(step="look"))
    assert "<h1>Put “Peak trading” on the calendar?</h1>" in text
    assert text.index('value="look"') < text.index('value="declare"') < text.index('name="name"')


def test_check_when_a_weekly_time_lasts_days_ends_on_the_day_that_is_given(
    client: Client, leila: User
) -> None:
    given = weekly(step="look") | {"first_day": "2030-11-19", "last_day": "2030-11-25", "until": "2031-12-31"}
    assert "Every Saturday from 23:00 to Monday 07:00" in said(client, given)


def test_check_when_clocks_go_back_says_which_hour_is_meant(client: Client, leila: User) -> None:
    assert "01:30 comes twice that day" in said(
        client, data(first_day="2031-10-26", starts="01:30", ends="05:00")
    )


def test_check_when_it_is_over_does_not_offer_to_declare(client: Client, leila: User) -> None:
    text = said(client, data(first_day="2020-01-01", step="look"))
    assert "This time is over." in text
    assert 'value="declare"' not in text


def test_declare_when_not_allowed_is_refused_and_in_the_ledger(client: Client) -> None:
    client.force_login(person("priya", Role.OWNER, over=team()))
    response = client.post(NEW, data(owner="priya"))
    assert response.status_code == 403
    assert "Only a Change Manager may freeze more than one team" in response.content.decode()
    client.force_login(person("amara", Role.REQUESTER))
    text = client.get(NEW).content.decode()
    assert "Only a Change Manager or a Service Owner may declare a freeze." in text


def test_check_by_someone_who_may_not_is_refused_before_the_rule_is_worked_out(client: Client) -> None:
    client.force_login(person("amara", Role.REQUESTER))
    response = client.post(
        NEW, data(owner="amara", repeats="rule", rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    )
    assert response.status_code == 403
    assert "never happens" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_check_when_it_catches_more_asks_the_same(client: Client, leila: User, count: int) -> None:
    for number in range(count):
        booked(f"CHG-{number}", span(6, 8), component(f"m{number}", owned_by=team(f"t{number}")))
    said(client, data(step="look"))
    with CaptureQueriesContext(connection) as captured:
        assert "CHG-0" in said(client, data(step="look"))
    assert len(captured) == 17
