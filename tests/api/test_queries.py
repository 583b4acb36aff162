"""Reading over REST costs the same number of queries, however much there is."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import secret_of
from tests.changes.estate import Estate, submitted

pytestmark = pytest.mark.django_db


def queries_of(estate: Estate, path: str) -> int:
    client = Client(headers={"Authorization": f"Bearer {secret_of(estate.people['amara'])}"})
    assert client.get(f"/api/v1/{path}").status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/api/v1/{path}")
    return len(captured)


@pytest.mark.parametrize("names", [("credit-risk",), ("applications", "credit-risk", "loan-decision")])
def test_change_detail_at_1_and_3_items_takes_19_queries(estate: Estate, names: tuple[str, ...]) -> None:
    change = submitted(estate, names=names)
    assert queries_of(estate, f"changes/{change.ref}/") == 19


@pytest.mark.parametrize("number", [1, 3])
def test_change_list_at_1_and_3_changes_takes_2_queries(estate: Estate, number: int) -> None:
    for _ in range(number):
        submitted(estate, names=("credit-risk",))
    assert queries_of(estate, "changes/") == 2
