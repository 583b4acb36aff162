"""Calls that nobody means: texts that cannot be kept, times at the end of the calendar, made-up cursors."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Caller, secret_of
from tests.changes.estate import Estate

pytestmark = pytest.mark.django_db(transaction=True)
VERSIONS = "catalog/components/model:default/credit-risk/versions/"


def post(estate: Estate, path: str, content: str) -> Any:
    """Send this very text: Python's clients refuse to write some of it."""
    secret = secret_of(estate.people["leila"])
    client = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
    return client.post(f"/api/v1/{path}", data=content, content_type="application/json")


@pytest.mark.parametrize("bad", ["a\x00", "a\ud800"])
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (VERSIONS, {"version": "3", "hyperparameters": {"depth": "BAD"}}, "hyperparameters.depth"),
        (VERSIONS, {"version": "3", "datasets": [{"name": "BAD"}]}, "datasets.0.name"),
        (VERSIONS, {"version": "3", "metrics": {"BAD": 1}}, "metrics"),
        ("changes/", {"change_class": "BAD"}, "change_class"),
    ],
)
def test_body_with_a_character_that_cannot_be_kept_names_the_field(
    estate: Estate, path: str, body: dict[str, Any], field: str, bad: str
) -> None:
    answer = post(estate, path, json.dumps(body).replace("BAD", json.dumps(bad)[1:-1]))
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("depth", [100, 200_000])
def test_body_nested_without_end_is_refused(estate: Estate, depth: int) -> None:
    content = '{"version":"3","hyperparameters":' + '{"a":' * depth + "1" + "}" * depth + "}"
    assert post(estate, VERSIONS, content).status_code in (400, 422)


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
def test_period_at_the_end_of_the_calendar_is_refused(name: str, text: str, call: Caller) -> None:
    answer = call("leila", "get", f"calendar/bookings/?{name}={text}")
    assert answer.status_code == 422
    assert name in answer.json()["errors"]


def test_window_at_the_end_of_the_calendar_is_refused(call: Caller) -> None:
    window = {"local_start": "9999-12-31T22:00", "local_end": "9999-12-31T23:00"}
    answer = call("amara", "post", "changes/", {"time_zone": "America/Los_Angeles", **window})
    assert answer.status_code == 422
    assert "local_start" in answer.json()["errors"]


@pytest.mark.parametrize("position", ["abc", "\x00", "1" * 30, "-1"])
def test_list_at_a_made_up_cursor_is_404(position: str, call: Caller) -> None:
    cursor = base64.b64encode(f"p={position}".encode()).decode()
    assert call("leila", "get", f"changes/?cursor={cursor}").status_code == 404
