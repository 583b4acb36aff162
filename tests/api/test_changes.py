"""Reading and writing changes over REST: what each filter lets through, and that nothing is lost on the way."""

import pytest

from apps.changes.services import withdraw_change
from tests.api.conftest import Caller
from tests.changes.estate import NOW, Estate, at, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(estate: Estate) -> str:
    """Return a change that is over, beside one that is in review."""
    submitted(estate, names=("applications",))
    change = submitted(estate)
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=change, reason="Not now.")
    return str(change.ref)


def refs(call: Caller, query: str) -> list[str]:
    answer = call("ruth", "get", f"changes/{query}")
    assert answer.status_code == 200, answer.content
    return [row["ref"] for row in answer.json()["results"]]


def test_list_without_a_filter_holds_every_change(call: Caller, ended: str) -> None:
    assert len(refs(call, "")) == 2


@pytest.mark.parametrize(
    "query",
    ["?state=withdrawn", "?q={ref}", "?component=model:default/credit-risk"],
)
def test_list_with_a_filter_finds_an_ended_change_too(call: Caller, ended: str, query: str) -> None:
    assert refs(call, query.format(ref=ended)) == [ended]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?state=closed", 0),
        ("?state=in_review", 1),
        ("?change_class=normal", 2),
        ("?q=retrain", 2),
        ("?q=x", 0),
    ],
)
def test_list_with_a_filter_holds_what_matches_alone(
    call: Caller, ended: str, query: str, count: int
) -> None:
    assert len(refs(call, query)) == count
