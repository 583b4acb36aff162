"""What changed since somebody decided on an earlier revision, over REST."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import secret_of
from tests.changes.estate import NOW, Estate, approved, at
from tests.changes.test_edits import replan, retitle, revised

pytestmark = pytest.mark.django_db


def read(estate: Estate, name: str) -> tuple[list[dict[str, object]], int]:
    client = Client(headers={"Authorization": f"Bearer {secret_of(estate.people[name])}"})
    with at(NOW):
        client.get("/api/v1/approvals/")
        with CaptureQueriesContext(connection) as seen:
            answer = client.get("/api/v1/approvals/")
    assert answer.status_code == 200
    return answer.json(), len(seen)


def test_approvals_say_what_changed_since_you_signed(estate: Estate) -> None:
    change = approved(estate)
    first = change.revision.digest
    revised(estate, change, replan, retitle)
    (asked,), _ = read(estate, "priya")
    assert (asked["role"], asked["revision"]) == ("owner", 2)
    assert asked["earlier"] == [
        {
            "signer": "priya",
            "on_behalf_of": None,
            "decision": "approve",
            "revision": 1,
            "digest": first,
            "counts": False,
            "because": "Changed since revision 1: the plan.",
            "changed": [{"field": "Plan: 1, text", "before": "Shadow", "after": "Shadow for a day"}],
        }
    ]


def test_approvals_cost_the_same_at_1_and_3_changes(estate: Estate) -> None:
    counts = []
    for day in (16, 17, 18):
        window = {"start": f"2026-11-{day}T06:00", "end": f"2026-11-{day}T08:00"}
        revised(estate, approved(estate, **window), replan)
        asked, count = read(estate, "priya")
        counts.append(count)
    assert len(asked) == 3
    assert counts[0] == counts[2] == 7
