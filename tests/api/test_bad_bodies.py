"""Calls that nobody means: texts that cannot be kept, times at the end of the calendar, made-up cursors."""

import base64
import io
import json
import time
from typing import Any

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.api.parsers import StorableJSON
from tests.api.conftest import Caller, secret_of
from tests.changes.estate import Estate
from tests.people import add_person
from tests.reviews.build import a_review

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


def test_body_with_a_long_name_over_many_values_is_read_in_linear_time() -> None:
    content = '{"' + "n" * 1_000_000 + '":[' + "1," * 99_999 + "1]}"
    began = time.process_time()
    StorableJSON().parse(io.BytesIO(content.encode()))
    assert time.process_time() - began < 1


@pytest.mark.parametrize("body", ['{"outcome": [1], "password": {}}', "{"])
def test_review_of_someone_else_is_refused_before_the_body_is_read(body: str) -> None:
    review = a_review()
    headers = {"Authorization": f"Bearer {secret_of(add_person('femi', Role.AUDITOR))}"}
    client, at = Client(headers=headers), f"/api/v1/reviews/{review.ref}/"
    assert client.patch(at, body, content_type="application/json").status_code == 403
    assert client.post(f"{at}sign/", body, content_type="application/json").status_code == 403


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
def test_period_at_the_end_of_the_calendar_is_refused(name: str, text: str, call: Caller) -> None:
    answer = call("leila", "get", f"calendar/bookings/?{name}={text}")
    assert answer.status_code == 422
    assert name in answer.json()["errors"]


@pytest.mark.parametrize("path", ["calendar/bookings/", "calendar/periods/"])
def test_period_with_an_offset_that_no_zone_has_is_read_in_utc(path: str, call: Caller) -> None:
    assert call("leila", "get", f"{path}?from=1971-01-01T00:00:00%2B23:59").status_code == 200
    answer = call("leila", "get", f"{path}?from=1970-01-01T00:00:00%2B23:59")
    assert "from 1970 to 2999" in answer.json()["errors"]["from"][0]


def test_rule_of_someone_who_may_not_plan_is_refused_before_it_is_worked_out(call: Caller) -> None:
    body = {
        "name": "Probe",
        "reason": "Because",
        "local_start": "2026-12-01T03:00",
        "local_end": "2026-12-01T03:30",
        "time_zone": "Europe/London",
        "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    }
    answer = call("amara", "post", "calendar/periods/", body)
    assert answer.status_code == 403
    assert "Only a Change Manager" in answer.json()["detail"]
    assert "never happens" in call("leila", "post", "calendar/periods/", body).json()["errors"]["rrule"][0]


def test_window_at_the_end_of_the_calendar_is_refused(call: Caller) -> None:
    window = {"local_start": "9999-12-31T22:00", "local_end": "9999-12-31T23:00"}
    answer = call("amara", "post", "changes/", {"time_zone": "America/Los_Angeles", **window})
    assert answer.status_code == 422
    assert "local_start" in answer.json()["errors"]


@pytest.mark.parametrize("position", ["abc", "\x00", "1" * 30, "-1"])
def test_list_at_a_made_up_cursor_is_404(position: str, call: Caller) -> None:
    cursor = base64.b64encode(f"p={position}".encode()).decode()
    assert call("leila", "get", f"changes/?cursor={cursor}").status_code == 404
