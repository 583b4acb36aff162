import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.catalog.models import ServiceObjective
from apps.changes.enums import ChangeState
from apps.core.actors import person
from apps.reviews import services
from apps.reviews.models import ActionItem, Review
from apps.reviews.selectors import digest_of
from tests.insights.build import in_review
from tests.people import add_person
from tests.reviews.build import a_change, a_component, a_review

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 10, 9, tzinfo=UTC)
DUE = datetime(2026, 11, 12, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_tuesday():  # type: ignore[no-untyped-def]
    with time_machine.travel(TUESDAY):
        yield


@pytest.fixture
def priya() -> User:
    return add_person("priya", Role.SPONSOR, Role.CHANGE_MANAGER, name="Priya Raghunathan")


@pytest.fixture
def as_priya(client: Client, priya: User) -> Client:
    client.force_login(priya)
    return client


def told(by: User, review: Review) -> Review:
    return services.record_review(
        actor=person(by),
        review=review,
        digest=digest_of(review),
        outcome="rolled_back",
        what_happened="It broke.",
        went_well="",
        realised={},
    )


def page_of(client: Client) -> str:
    return client.get("/").content.decode()


def test_home_with_nothing_says_so(as_priya: Client) -> None:
    page = page_of(as_priya)
    assert "Good morning, Priya" in page
    assert "Nothing needs you." in page
    assert "Nothing was rolled back or failed in the last 60 days." in page


def test_home_most_urgent_need_comes_first(as_priya: Client, priya: User) -> None:
    in_review(DUE, title="Loan scoring")
    review = a_review(title="New card limits")
    services.add_action(
        actor=person(priya), review=review, text="Rehearse the undo", owner=priya, due_on=TUESDAY.date()
    )

    page = page_of(as_priya)

    assert "Two things need you. First: Rehearse the undo, by Tue 10 Nov." in page
    assert page.index("Rehearse the undo</a>") < page.index("Loan scoring</a>")
    assert "you sign as Change Sponsor" in page


def test_home_review_that_is_written_waits_for_who_may_sign(as_priya: Client, priya: User) -> None:
    told(priya, a_review(title="New card limits"))
    assert "you can sign it" in page_of(as_priya)


def test_home_requester_is_asked_to_write_the_review(client: Client) -> None:
    requester = add_person("noor", Role.REQUESTER)
    a_review(requester)
    client.force_login(requester)
    assert "you write it" in page_of(client)


def test_home_written_review_no_longer_asks_its_requester(client: Client, priya: User) -> None:
    requester = add_person("noor", Role.REQUESTER)
    told(priya, a_review(requester))
    client.force_login(requester)
    assert "Nothing needs you." in page_of(client)


def test_home_overdue_review_waits_for_the_change_manager_too(as_priya: Client) -> None:
    with time_machine.travel(TUESDAY - timedelta(days=20)):
        a_review(add_person("noor", Role.REQUESTER))
    assert "you write it" in page_of(as_priya)


def test_home_what_went_wrong_shows_rolled_back_and_failed_only(as_priya: Client) -> None:
    a_review(title="Card limits", event="roll_back")
    a_review(title="Search words", event="complete")
    page = page_of(as_priya)
    wrong = page[page.index("What went wrong lately") :]
    assert "Card limits" in wrong
    assert "Search words" not in wrong


def test_home_each_number_links_to_its_records(as_priya: Client, priya: User) -> None:
    in_review(DUE, title="To sign")
    for place in range(7):
        written_one = told(priya, a_review(title=f"Mine {place}"))
        services.add_action(
            actor=person(priya), review=written_one, text=f"Do {place}", owner=priya, due_on=TUESDAY.date()
        )
    other = add_person("leila", Role.CHANGE_MANAGER)
    services.add_action(
        actor=person(priya), review=written_one, text="Not hers", owner=other, due_on=TUESDAY.date()
    )
    a_review(title="Not due yet")

    page = page_of(as_priya)

    assert "15 things need you." in page
    assert '<a href="/inbox/">1 signature</a>' in page
    for said, url, rows in (
        ("7 reviews", "/reviews/?mine=1", [f"Mine {place}" for place in range(7)]),
        ("7 actions", "/reviews/?tab=actions&amp;mine=1", [f"Do {place}" for place in range(7)]),
    ):
        assert f'<a href="{url}">{said}</a>' in page
        listed = as_priya.get(url.replace("&amp;", "&")).content.decode()
        assert all(row in listed for row in rows)
        assert "Not hers" not in listed
        assert "Not due yet" not in listed


def test_home_more_than_a_badge_can_show_is_said_as_99_and_more(as_priya: Client, priya: User) -> None:
    review = a_review()
    ActionItem.objects.bulk_create(
        ActionItem(review=review, text="Do", owner=priya, due_on=TUESDAY.date()) for _ in range(120)
    )
    page = page_of(as_priya)
    assert "More than 99 things need you." in page
    assert "99+ actions" in page


def test_home_promise_that_is_retired_is_not_shown(as_priya: Client, priya: User) -> None:
    model = a_component("limits", owner_person=priya)
    ServiceObjective.objects.create(component=model, name="A", objective="95 %", retired_at=TUESDAY)
    ServiceObjective.objects.create(component=model, name="B", objective="99.9 %")
    page = page_of(as_priya)
    assert "99.9 %" in page
    assert "95 %" not in page


def test_home_owner_sees_what_is_planned_on_what_they_own(client: Client) -> None:
    model = a_component("limits", tier=2)
    ServiceObjective.objects.create(component=model, name="Available", objective="99.9 %")
    owner = add_person("diego", Role.OWNER, component_key=model.key)
    start = TUESDAY + timedelta(days=3)
    a_change(
        component=model,
        state=ChangeState.APPROVED,
        title="Limits 3",
        planned_start=start,
        planned_end=start + timedelta(hours=2),
        actual_start=None,
        actual_end=None,
    )
    a_change(
        component=a_component("search"),
        state=ChangeState.APPROVED,
        title="Not mine",
        planned_start=start,
        planned_end=start + timedelta(hours=2),
    )
    client.force_login(owner)

    page = page_of(client)

    assert "Tue 10 Nov, today" in page
    assert "Fri 13 Nov" in page
    assert re.search(r"<b>[0-9]{2}:[0-9]{2} CHG-[0-9]+</b><span>Limits 3</span>", page)
    assert "99.9 %" in page
    assert "Not mine" not in page


def test_home_executive_lands_on_the_briefing_of_the_week(client: Client) -> None:
    client.force_login(add_person("ruth", Role.EXECUTIVE))
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/briefings/")


def test_home_executive_who_also_signs_stays(client: Client) -> None:
    client.force_login(add_person("ruth", Role.EXECUTIVE, Role.SPONSOR))
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_home_number_of_queries_is_constant(
    as_priya: Client, priya: User, django_assert_num_queries, number: int
) -> None:
    for place in range(number):
        model = a_component(f"model-{place}", owner_person=priya)
        in_review(DUE)
        a_change(
            priya,
            component=model,
            state=ChangeState.APPROVED,
            planned_start=DUE,
            planned_end=DUE + timedelta(hours=1),
        )
        services.add_action(
            actor=person(priya),
            review=a_review(component=model),
            text="Rehearse",
            owner=priya,
            due_on=TUESDAY.date(),
        )
    with django_assert_num_queries(HOME_QUERIES):
        as_priya.get("/")


HOME_QUERIES = 16
