import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.changes.enums import ChangeState
from tests.insights.build import in_review
from tests.people import add_person
from tests.reviews.build import a_change, a_review

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 10, 9, tzinfo=UTC)
DUE = datetime(2026, 11, 12, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_tuesday():  # type: ignore[no-untyped-def]
    with time_machine.travel(TUESDAY):
        yield


@pytest.fixture
def executive() -> User:
    return add_person("ruth", Role.EXECUTIVE)


@pytest.fixture
def as_executive(client: Client, executive: User) -> Client:
    client.force_login(executive)
    return client


def test_week_asks_for_the_decision_first_and_says_by_when(as_executive: Client) -> None:
    in_review(DUE, title="Loan scoring before the peak")

    page = as_executive.get("/briefings/").content.decode()

    assert "9 to 15 November 2026" in page
    assert "One decision this week: Loan scoring before the peak" in page
    assert "Decision needed by Thursday 12 November, 17:00" in page
    assert "Do we go ahead on Saturday 14 November?" in page
    assert page.index("Do we go ahead") < page.index("What changes") < page.index("Cost of waiting")
    assert "It can reach one service. People meet it in loan-decision." in page
    assert "No cost of waiting was given." in page


def test_week_with_nothing_says_so(as_executive: Client) -> None:
    page = as_executive.get("/briefings/").content.decode()
    assert "No decision is needed this week" in page
    assert "Nothing ended in this week." in page


def test_week_of_someone_without_a_role_says_that_there_is_nothing(client: Client) -> None:
    in_review(DUE)
    client.force_login(add_person("new"))
    assert "No decision is needed this week" in client.get("/briefings/").content.decode()


def test_week_overdue_decision_belongs_to_this_week_and_says_so(as_executive: Client) -> None:
    in_review(DUE - timedelta(days=10))
    page = as_executive.get("/briefings/").content.decode()
    assert "1 overdue" in page
    assert "Decision was due" in page
    assert "No decision is needed" in as_executive.get("/briefings/?week=2026-11-16").content.decode()


def test_week_what_ended_says_how(as_executive: Client) -> None:
    a_review(title="New card limits")
    page = as_executive.get("/briefings/?week=2026-11-05").content.decode()
    assert "New card limits</a> was rolled back on Thursday 5 November after 54 minutes." in page
    assert "0 of 1" in page


def test_week_each_number_links_to_its_records(as_executive: Client) -> None:
    in_review(DUE, title="Loan scoring")
    a_review(title="New card limits", actual_end=TUESDAY)
    page = as_executive.get("/briefings/").content.decode()
    for anchor, record in (
        ("decisions", "Loan scoring"),
        ("starting", "Loan scoring"),
        ("ended", "New card limits"),
    ):
        assert f'<a href="#{anchor}">' in page
        section = page[page.index(f'id="{anchor}"') :]
        assert record in section[: section.index("</section>")]


def test_quarter_of_two_risks_alike_names_that_of_the_graver_change(as_executive: Client) -> None:
    for title, risk in (("Tidy up", 2), ("Lend more", 4)):
        change = in_review(DUE, title=title)
        change.risk = risk
        change.save()
    page = as_executive.get("/briefings/2026-Q4/").content.decode()
    assert "The gravest risk is in “Lend more”." in page


@pytest.mark.parametrize("week", ["", "nonsense", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_week_that_is_none_shows_this_one(as_executive: Client, week: str) -> None:
    assert "9 to 15 November 2026" in as_executive.get(f"/briefings/?week={week}").content.decode()


def test_week_offers_the_decision_only_to_those_who_are_asked(client: Client, as_executive: Client) -> None:
    in_review(DUE)
    assert "Record your decision" not in as_executive.get("/briefings/").content.decode()
    client.force_login(add_person("henrik", Role.SPONSOR))
    assert "Record your decision" in client.get("/briefings/").content.decode()


@pytest.mark.parametrize("state", list(ChangeState))
def test_change_briefing_any_state_answers(as_executive: Client, executive: User, state: ChangeState) -> None:
    change = a_change(executive, state=state)
    answer = as_executive.get(f"/changes/{change.ref}/briefing/")
    assert answer.status_code == 200
    assert "reading grade" in answer.content.decode()


def test_change_briefing_each_number_leads_to_a_section_of_the_change(as_executive: Client) -> None:
    change = in_review(DUE)
    change.rollback_minutes = 4
    change.save()
    page = as_executive.get(f"/changes/{change.ref}/briefing/").content.decode()
    shown = as_executive.get(f"/changes/{change.ref}/").content.decode()
    anchors = re.findall(rf'href="/changes/{change.ref}/#(\w+)"', page)
    assert anchors == ["metrics", "blast", "risks"]
    assert all(f'id="{anchor}"' in shown for anchor in anchors)


def test_change_briefing_someone_elses_draft_is_not_found(as_executive: Client) -> None:
    change = a_change(state=ChangeState.DRAFT)
    assert as_executive.get(f"/changes/{change.ref}/briefing/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_week_number_of_queries_is_constant(
    as_executive: Client, django_assert_num_queries, number: int
) -> None:
    for _ in range(number):
        in_review(DUE)
        a_review(actual_end=TUESDAY)
    with django_assert_num_queries(WEEK_QUERIES):
        as_executive.get("/briefings/")


@pytest.mark.parametrize("number", [1, 3])
def test_change_briefing_number_of_queries_is_constant(
    as_executive: Client, django_assert_num_queries, number: int
) -> None:
    for _ in range(number):
        change = in_review(DUE)
    with django_assert_num_queries(CHANGE_QUERIES):
        as_executive.get(f"/changes/{change.ref}/briefing/")


WEEK_QUERIES = 18
CHANGE_QUERIES = 13
