"""Exports over REST: the whole order, errors at its fields, cancelling, and fetching the file."""

import hashlib
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.exports.models import ExportJob
from apps.exports.rules.orders import order_from
from apps.exports.services import write_requested_export
from tests.api.conftest import Caller
from tests.changes.estate import Estate, submitted
from tests.people import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(estate: Estate, call: Caller) -> Caller:
    """Return a function that calls the exports as an auditor."""
    estate.people["audrey"] = add_person("audrey", Role.AUDITOR)

    def asked(method: str, path: str = "", body: Any = None) -> Any:
        return call("audrey", method, f"exports/{path}", body)

    return asked


@pytest.fixture
def days() -> dict[str, Any]:
    today = clock.now().date().isoformat()
    return {"start": today, "end": today}


def test_post_takes_the_whole_order_and_get_shows_it(
    ask: Caller, estate: Estate, days: dict[str, Any]
) -> None:
    change = submitted(estate)
    asked = {
        "change": change.ref,
        "person": "audrey",
        "events": ["change."],
        "format": "csv",
        "fields": ["leaf", "time"],
        "withheld": ["texts"],
    }
    answer = ask("post", body=days | asked)
    assert answer.status_code == 202
    order = order_from(ExportJob.objects.get().order)
    assert (order.scope.change, order.scope.person, order.scope.events) == (
        change.ref,
        "audrey",
        ("change.",),
    )
    assert (order.format, order.fields, order.withheld) == ("csv", ("leaf", "time"), ("texts",))
    shown = ask("get", f"{answer.json()['ref']}/").json()
    assert (shown["format"], shown["state"]) == ("csv", "queued")
    assert shown["order"]["scope"]["change"] == change.ref


def test_post_of_days_alone_asks_for_a_bundle_of_all(ask: Caller, days: dict[str, Any]) -> None:
    assert ask("post", body=days).json()["format"] == "bundle"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "yesterday"),
        ("end", "2001-01-01"),
        ("component", "model:default/nowhere"),
        ("component", "\x00"),
        ("change", "CHG-99999"),
        ("person", "nobody"),
        ("format", "docx"),
        ("subject", "nonsense"),
        ("fields", ["nonsense"]),
        ("withheld", ["nonsense"]),
        ("events", "change."),
    ],
)
def test_post_of_a_wrong_order_is_a_problem_at_its_field(
    ask: Caller, days: dict[str, Any], field: str, value: Any
) -> None:
    answer = ask("post", body=days | {field: value})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert field in str(answer.json()["errors"])
    assert not ExportJob.objects.exists()


def test_cancel_ends_it_once(ask: Caller, days: dict[str, Any]) -> None:
    ref = ask("post", body=days).json()["ref"]
    assert ask("post", f"{ref}/cancel/").json()["state"] == "cancelled"
    assert ask("post", f"{ref}/cancel/").status_code == 409
    assert ask("get", f"{ref}/file/").status_code == 409


def test_cancel_by_others_is_not_found(ask: Caller, call: Caller, days: dict[str, Any]) -> None:
    ref = ask("post", body=days).json()["ref"]
    assert call("amara", "post", f"exports/{ref}/cancel/").status_code == 404
    assert ExportJob.objects.get().state == "queued"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["file", "bundle"])
def test_file_is_sent_whole_and_the_ledger_says_who_took_it(
    ask: Caller, days: dict[str, Any], path: str
) -> None:
    job = ExportJob.objects.get(pk=int(ask("post", body=days | {"format": "jsonl"}).json()["ref"][4:]))
    write_requested_export(export_id=job.pk)
    job.refresh_from_db()
    file = ask("get", f"{job.ref}/{path}/")
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == job.sha256
    assert f"countersign-{job.ref}.jsonl" in file.headers["Content-Disposition"]
    taken = AuditEvent.objects.get(event="export.downloaded")
    assert taken.actor_key.startswith("token:")
