"""Changes near one another, and why."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.changes.services import withdraw_change
from apps.insights.selectors import nearby
from tests.changes.estate import NOW, Estate, add_component, at, fresh, make_estate, submitted, tie
from tests.people import add_person, add_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate() -> Estate:
    return make_estate()


def seen(estate: Estate, change: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    rows, _ = nearby(estate.people["amara"], change)
    return [(row.booking.ref, row.apart, row.why) for row in rows]


def test_change_that_moves_the_same_is_near_from_both_sides(estate: Estate) -> None:
    one = submitted(estate)
    two = submitted(estate, start="2026-11-20T08:00", end="2026-11-20T09:00")
    assert seen(estate, one) == [(two.ref, "23 hours after", ("Both move credit-risk.",))]
    assert seen(estate, two) == [(one.ref, "23 hours before", ("Both move credit-risk.",))]


def test_neighbour_in_the_graph_and_the_same_team_are_said_as_such(estate: Estate) -> None:
    model = submitted(estate)
    data = submitted(estate, names=("applications",))
    service = submitted(estate, names=("loan-decision",))
    product = submitted(estate, names=("loans",), start="2026-11-21T06:00", end="2026-11-21T08:30")
    assert sorted(seen(estate, model)) == sorted(
        [
            (data.ref, "At the same time", ("It moves applications, which credit-risk relies on.",)),
            (service.ref, "At the same time", ("It moves loan-decision, which relies on credit-risk.",)),
            (product.ref, "45 hours after", ("It moves loans. Credit Risk Modelling owns that too.",)),
        ]
    )


def test_far_in_time_unlike_or_given_back_is_not_near(estate: Estate) -> None:
    change = submitted(estate)
    submitted(estate, start="2026-11-22T08:31", end="2026-11-22T09:30")
    estate.components["search"] = add_component("model", "search", add_team("search"))
    add_person("sam", "owner", team=estate.components["search"].owner_team)
    submitted(estate, names=("search",))
    dropped = submitted(estate, names=("loans",))
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=dropped, reason="No need.")
    assert seen(estate, change) == []
    assert nearby(estate.people["amara"], fresh(dropped)) == ([], 0)


def test_nobody_without_a_role_is_told_of_any(estate: Estate) -> None:
    change = submitted(estate)
    submitted(estate)
    assert nearby(add_person("new"), change) == ([], 0)


def test_statements_do_not_grow_with_what_is_near(estate: Estate) -> None:
    change = submitted(estate)
    counts = []
    for number in (1, 2, 3):
        tie(
            add_component("service", f"shop-{number}", estate.team), estate.components["credit-risk"], "calls"
        )
        submitted(estate)
        if number != 2:
            with CaptureQueriesContext(connection) as asked:
                assert len(nearby(estate.people["amara"], change)[0]) == number
            counts.append(len(asked))
    assert counts == [1, 1]


def test_page_of_the_change_lists_what_is_near_and_why(estate: Estate, client: Client) -> None:
    change, other = submitted(estate), submitted(estate)
    client.force_login(estate.people["amara"])
    with at(NOW):
        page = client.get(f"/changes/{change.ref}/").content.decode()
    assert "Changes near this one" in page
    assert f'href="/changes/{other.ref}/"' in page
    assert "Both move credit-risk." in page
