"""Evidence over REST: sent with a file, read again, refused with the reason."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role, TokenScope
from apps.audit.models import AuditEvent
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput
from apps.changes.selectors import carries_out, evidence_decision
from apps.changes.services import save_what, start_draft, withdraw_change
from apps.evidence.models import Report
from tests.api.conftest import Caller, secret_of
from tests.changes.estate import Estate, draft, submitted
from tests.evidence.test_receiving import checks
from tests.people import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(estate: Estate) -> Change:
    made: Change = submitted(estate)
    return made


def send(
    estate: Estate, change: Change, content: bytes | None = None, *, name: str = "amara", **more: Any
) -> Any:
    scopes = more.pop("scopes", ())
    person = estate.people.get(name) or add_person(name)
    client = Client(headers={"Authorization": f"Bearer {secret_of(person, *scopes)}"})
    file = SimpleUploadedFile("run.json", content or checks(), content_type="application/json")
    return client.post(f"/api/v1/changes/{change.ref}/evidence/", {"file": file, **more})


def test_file_that_is_sent_is_answered_with_what_it_comes_to_and_again_with_the_same(
    estate: Estate, change: Change, call: Caller
) -> None:
    answer = send(estate, change, checks("a", "b"), stage="integration", measured_at="2026-11-01T08:00:00Z")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["outcome"], told["counts"], told["component"]) == (
        "passed",
        {"passed": 2},
        "model:default/credit-risk",
    )
    again = send(estate, change, checks("a", "b"), stage="integration", measured_at="2026-11-01T08:00:00Z")
    assert (again.status_code, again.json()["ref"]) == (200, told["ref"])
    listed = call("amara", "get", f"changes/{change.ref}/evidence/").json()
    assert [one["ref"] for one in listed["results"]] == [told["ref"]]
    results = call("amara", "get", f"evidence/{told['ref']}/results/").json()["results"]
    assert [one["assertion"] for one in results] == ["a", "b"]
    raw = call("amara", "get", f"evidence/{told['ref']}/file/")
    assert (raw.content, raw["Content-Type"]) == (checks("a", "b"), "application/octet-stream")


@pytest.mark.parametrize(
    ("content", "more", "field"),
    [
        (b"hello", {}, "file"),
        (checks(version="9"), {}, "file"),
        (None, {"component": "model:default/nothing"}, "component"),
        (None, {"artifact": "latest"}, "artifact"),
        (None, {"stage": "soon"}, "stage"),
        (None, {"source_url": "javascript:alert(1)"}, "source_url"),
        (None, {"measured_at": "2999-01-01T00:00:00Z"}, "measured_at"),
        (None, {"idempotency_key": "a\x00b"}, "idempotency_key"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field_and_keeps_nothing(
    estate: Estate, change: Change, content: bytes | None, more: dict[str, str], field: str
) -> None:
    answer = send(estate, change, content, **more)
    assert answer.status_code in (400, 422)
    assert field in answer.json()["errors"], answer.content
    assert not Report.objects.exists()


def test_change_of_several_components_asks_which_was_measured(estate: Estate) -> None:
    both = submitted(estate, names=("credit-risk", "applications"))
    assert "Say which" in send(estate, both).json()["errors"]["component"][0]
    assert send(estate, both, component="dataset:default/applications").status_code == 201


def test_file_that_is_too_large_is_refused_before_it_is_read_and_one_of_five_megabytes_is_not(
    estate: Estate, change: Change
) -> None:
    assert send(estate, change, b"x" * 22_000_000).status_code == 413
    assert send(estate, change, checks(padding="x" * 5_000_000)).status_code == 201


def test_token_without_the_scope_and_whoever_may_not_see_the_change_send_nothing(
    estate: Estate, change: Change
) -> None:
    assert send(estate, change, scopes=(TokenScope.READ, TokenScope.CHANGES)).status_code == 403
    assert send(estate, change, name="zoe").status_code == 404
    assert send(estate, draft(estate), name="priya").status_code == 404
    assert not Report.objects.exists()


def test_requester_speaks_about_no_change_but_their_own_that_is_submitted(
    estate: Estate, change: Change
) -> None:
    estate.people["noor"] = add_person("noor", Role.REQUESTER)
    own = start_draft(actor=estate.actor("noor"))
    moved = [ItemInput(estate.components["credit-risk"].key, "2")]
    save_what(actor=estate.actor("noor"), change=own, items=moved)
    for one in (change, own):
        answer = send(estate, one, b"hello", name="noor", artifact="latest")
        assert (answer.status_code, answer.json()["detail"][:25]) == (403, "Only the component's team")
        page = Client()
        page.force_login(estate.people["noor"])
        assert page.post(f"/changes/{one.ref}/evidence/", {"artifact": "latest"}).status_code == 403
    assert not Report.objects.exists()
    assert send(estate, change, name="amara").status_code == 201
    withdraw_change(actor=estate.actor("amara"), change=change, reason="We train it again.")
    assert send(estate, change, checks("b"), name="amara").status_code == 403
    estate.team.members.add(estate.people["noor"])
    assert send(estate, change, checks("c"), name="noor").status_code == 201


def test_lead_of_a_step_speaks_about_what_the_change_moves(estate: Estate, change: Change) -> None:
    estate.people["zoe"] = add_person("zoe", Role.REQUESTER)
    assert change.revision is not None
    change.revision.content["plan"][0]["lead"] = f"person:{estate.people['zoe'].pk}"
    assert carries_out(change, estate.actor("zoe"))
    assert not carries_out(change, estate.actor("leila"))
    assert evidence_decision(change, estate.actor("zoe"))


def test_report_that_somebody_may_not_see_is_not_found_and_leaves_a_denial(
    estate: Estate, change: Change
) -> None:
    ref = send(estate, change).json()["ref"]
    stranger = Client(headers={"Authorization": f"Bearer {secret_of(add_person('zoe'))}"})
    for path in (f"evidence/{ref}/", f"evidence/{ref}/results/", f"evidence/{ref}/file/", "evidence/EV-0/"):
        assert stranger.get(f"/api/v1/{path}").status_code == 404
    assert (
        AuditEvent.objects.filter(object_type="evidence", object_id=ref, event="access.denied").count() == 3
    )


def test_list_asks_as_much_for_many_as_for_one(estate: Estate, change: Change, call: Caller) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert call("amara", "get", f"changes/{change.ref}/evidence/").status_code == 200
        return len(queries)

    send(estate, change)
    asked()
    one = asked()
    for name in "bcdef":
        send(estate, change, checks(name))
    assert asked() == one
