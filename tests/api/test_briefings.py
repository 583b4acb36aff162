"""Briefings over REST: what the facts say, versions written and sent to be signed, and messages of a change."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.insights.rules.paper import HEADINGS
from tests.api.conftest import secret_of
from tests.changes.estate import NOW, approved, at, make_estate
from tests.insights.build import in_review
from tests.people import add_person

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 10, 9, tzinfo=UTC)
WORDS = dict.fromkeys(("title", "heading", "decision", *HEADINGS), "We wait.")


@pytest.fixture(autouse=True)
def on_tuesday():  # type: ignore[no-untyped-def]
    with time_machine.travel(TUESDAY, tick=False):
        yield


def calling(client: Client, user: User) -> Any:
    """Return a function that makes a call as a person and returns its status and answer."""
    headers = {"Authorization": f"Bearer {secret_of(user)}"}

    def call(verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = getattr(client, verb)(
            f"/api/v1/{path}", data=body, content_type="application/json", headers=headers
        )
        return answer.status_code, answer.json()

    return call


def test_sponsor_writes_and_sends_a_briefing_over_rest(client: Client) -> None:
    call = calling(client, add_person("henrik", Role.SPONSOR))
    change = in_review(datetime(2026, 11, 12, 17, tzinfo=UTC))
    status, said = call("get", f"briefings/about/{change.ref}/")
    assert status == 200
    assert [part["key"] for part in said["parts"]] == list(HEADINGS)
    assert said["measure"]["words"] <= 200
    status, begun = call("post", f"briefings/about/{change.ref}/")
    assert (status, begun["state"], begun["moved"]) == (201, "draft", [])
    assert call("post", f"briefings/about/{change.ref}/")[0] == 409
    page = f"briefings/{begun['ref']}/"
    assert call("patch", page, WORDS | {"digest": "0" * 64})[0] == 409
    assert call("patch", page, WORDS | {"digest": begun["digest"], "undo": ""})[0] == 422
    status, written = call("patch", page, WORDS | {"digest": begun["digest"], "figures": [1]})
    assert (status, len(written["briefing"]["figures"])) == (200, 1)
    assert call("post", page + "approval/", {"digest": written["digest"]})[0] == 200
    assert call("post", page + "withdraw/", {"digest": written["digest"]})[1]["state"] == "withdrawn"
    listed = call("get", f"briefings/?about={change.ref}")[1]["results"]
    assert [one["ref"] for one in listed] == [begun["ref"]]


def test_who_only_reads_is_refused_whatever_the_body_holds(client: Client) -> None:
    sponsor = calling(client, add_person("henrik", Role.SPONSOR))
    change = in_review(datetime(2026, 11, 12, 17, tzinfo=UTC))
    ref = sponsor("post", f"briefings/about/{change.ref}/")[1]["ref"]
    call = calling(client, add_person("ruth", Role.EXECUTIVE))
    assert call("get", f"briefings/about/{change.ref}/")[0] == 200
    assert call("post", f"briefings/about/{change.ref}/")[0] == 403
    assert call("patch", f"briefings/{ref}/", {})[0] == 404  # a draft is nobody's but the writers'
    assert call("post", f"changes/{change.ref}/messages/", {})[0] == 403
    assert calling(client, add_person("nobody"))("get", "briefings/about/2026-Q4/")[0] in (403, 404)


@pytest.mark.parametrize("about", ["2026-W46", "2026-Q4"])
def test_period_over_rest_takes_as_many_queries_whatever_it_holds(client: Client, about: str) -> None:
    call = calling(client, add_person("ruth", Role.EXECUTIVE))
    counts = []
    for _ in range(3):
        in_review(datetime(2026, 11, 12, 17, tzinfo=UTC))
        call("get", f"briefings/about/{about}/")
        with CaptureQueriesContext(connection) as asked:
            assert call("get", f"briefings/about/{about}/")[0] == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_messages_are_planned_shown_and_taken_back_over_rest(client: Client) -> None:
    estate = make_estate()
    change = approved(estate)
    with at(NOW):
        call = calling(client, estate.people["amara"])
        path = f"changes/{change.ref}/messages/"
        assert call("post", path, {"at": "never", "audience": "crew"})[0] == 422
        status, [planned] = call("post", path, {"at": "goes_back", "audience": "crew"})
        assert (status, planned["sent"], planned["sent_as"]) == (201, False, [])
        assert planned["will_say"]["plain"].startswith("We have gone back to how things were before.")
        assert call("get", path)[1] == [planned]
        assert call("post", f"{path}{planned['number']}/drop/") == (200, [])
