"""Evidence that is sent: kept once, as it came, about what it says it is about."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.evidence.enums import Category, Outcome, Stage
from apps.evidence.models import RawFile, Report, Result
from apps.evidence.rules.checks import Check, Demand, State, judged
from apps.evidence.selectors import file_of, pieces_of, report_for, reports_of
from apps.evidence.services import Order, Received, receive_evidence
from tests.changes.estate import NOW, Estate, at
from tests.people import add_person
from tests.races import at_once

pytestmark = pytest.mark.django_db
ARTIFACT = "ab" * 32


def checks(*names: str, **more: Any) -> bytes:
    rows = [{"name": name, "category": "tests", "outcome": "passed"} for name in names or ("a",)]
    return json.dumps({"countersign": "checks/1", "checks": rows, **more}).encode()


def order(estate: Estate, content: bytes | None = None, **more: Any) -> Order:
    version = estate.components["credit-risk"].versions.get(version="2")
    return Order(version=version, content=content or checks(), **more)


def test_file_is_kept_as_it_came_with_its_results_and_an_entry(estate: Estate) -> None:
    content = checks("a", "b", measured_at="2026-11-09T08:00:00+01:00")
    with at(NOW):
        received = receive_evidence(
            actor=estate.actor("priya"), order=order(estate, content, artifact=f"sha256:{ARTIFACT.upper()}")
        )
    report = report_for(estate.people["ruth"], received.report.ref)
    assert received.created
    assert report is not None
    assert file_of(report) == content
    assert (report.outcome, report.counts, report.artifact) == (Outcome.PASSED, {"passed": 2}, ARTIFACT)
    assert (report.received_at, report.measured_at) == (NOW, NOW - timedelta(hours=2))
    assert [one.assertion for one in report.results.all()] == ["a", "b"]
    entry = AuditEvent.objects.get(event="evidence.received")
    assert (entry.object_type, entry.object_id) == ("evidence", report.ref)


def test_same_file_about_the_same_again_is_the_report_that_is_there(estate: Estate) -> None:
    first = receive_evidence(actor=estate.actor("priya"), order=order(estate, idempotency_key="run-1"))
    again = receive_evidence(actor=estate.actor("priya"), order=order(estate, idempotency_key="run-1"))
    without = receive_evidence(actor=estate.actor("henrik"), order=order(estate))
    other = receive_evidence(actor=estate.actor("priya"), order=order(estate, stage="integration"))
    assert (first.report, again.created, without.created) == (again.report, False, False)
    assert without.report == first.report
    assert other.created
    assert RawFile.objects.count() == 1


def test_key_that_was_used_for_something_else_is_a_conflict(estate: Estate) -> None:
    receive_evidence(actor=estate.actor("priya"), order=order(estate, idempotency_key="run-1"))
    with pytest.raises(Conflict):
        receive_evidence(
            actor=estate.actor("priya"), order=order(estate, checks("b"), idempotency_key="run-1")
        )


@pytest.mark.django_db(transaction=True)
def test_same_file_sent_eight_times_at_once_is_one_report(estate: Estate) -> None:
    asked = order(estate, idempotency_key="run-1")
    found = at_once(*[lambda: receive_evidence(actor=estate.actor("priya"), order=asked)] * 8)
    assert sum(isinstance(one, Received) and one.created for one in found) == 1
    assert (Report.objects.count(), Result.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_same_file_with_eight_keys_at_once_is_one_report(estate: Estate) -> None:
    asked = [order(estate, idempotency_key=f"run-{n}") for n in range(8)]
    found = at_once(*[partial(receive_evidence, actor=estate.actor("priya"), order=one) for one in asked])
    assert sum(isinstance(one, Received) and one.created for one in found) == 1
    assert (Report.objects.count(), Result.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_same_key_for_eight_files_at_once_is_one_report_and_seven_conflicts(estate: Estate) -> None:
    asked = [order(estate, checks(name), idempotency_key="run-1") for name in "abcdefgh"]
    found = at_once(*[partial(receive_evidence, actor=estate.actor("priya"), order=one) for one in asked])
    assert sum(isinstance(one, Conflict) for one in found) == 7
    assert (Report.objects.count(), RawFile.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"version": "1"}, "version 1, and not about version 2"),
        ({"model": "churn"}, "“churn”"),
        ({"artifact": "cd" * 32}, "measured the artifact"),
    ],
)
def test_file_about_something_else_is_refused(estate: Estate, more: dict[str, str], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        receive_evidence(actor=estate.actor("priya"), order=order(estate, checks(**more), artifact=ARTIFACT))
    assert reason in refused.value.fields["file"][0]
    assert not Report.objects.exists()


def test_file_that_names_the_version_it_is_about_is_taken(estate: Estate) -> None:
    content = checks(model="Credit-Risk", version="2", artifact=f"sha256:{ARTIFACT}")
    assert receive_evidence(
        actor=estate.actor("priya"), order=order(estate, content, artifact=ARTIFACT)
    ).created


def test_champion_that_is_not_in_the_catalog_is_refused_and_one_that_is_is_pinned(estate: Estate) -> None:
    def metrics(champion: str) -> bytes:
        row = {"name": "auroc", "challenger": {"value": 0.8}, "champion": {"value": 0.7}}
        return json.dumps(
            {"countersign": "metrics/1", "champion": {"version": champion}, "metrics": [row]}
        ).encode()

    with pytest.raises(Invalid, match="not in the catalog"):
        receive_evidence(actor=estate.actor("priya"), order=order(estate, metrics("77")))
    report = receive_evidence(actor=estate.actor("priya"), order=order(estate, metrics("1"))).report
    assert report.champion is not None
    assert report.champion.version == "1"


def test_time_to_come_is_refused_but_for_a_clock_a_little_ahead(estate: Estate) -> None:
    with at(NOW):
        late = order(estate, measured_at=NOW + timedelta(minutes=6))
        with pytest.raises(Invalid, match="future"):
            receive_evidence(actor=estate.actor("priya"), order=late)
        near = order(estate, measured_at=NOW + timedelta(minutes=4))
        assert receive_evidence(actor=estate.actor("priya"), order=near).created


def test_artifact_that_is_no_digest_is_refused(estate: Estate) -> None:
    with pytest.raises(Invalid) as refused:
        receive_evidence(actor=estate.actor("priya"), order=order(estate, artifact="latest"))
    assert "artifact" in refused.value.fields


def test_stranger_sends_nothing_and_sees_nothing(estate: Estate) -> None:
    stranger = add_person("zoe")
    with pytest.raises(Forbidden, match="team"):
        receive_evidence(actor=person(stranger), order=order(estate))
    report = receive_evidence(actor=estate.actor("priya"), order=order(estate)).report
    assert report_for(stranger, report.ref) is None
    assert not reports_of(stranger, [report.version_id]).exists()


def test_evidence_in_the_database_refuses_any_change(estate: Estate) -> None:
    report = receive_evidence(actor=estate.actor("priya"), order=order(estate)).report
    for statement in (
        "UPDATE evidence_report SET outcome = 'passed'",
        "UPDATE evidence_result SET outcome = 'passed'",
        "UPDATE evidence_rawfile SET content = ''",
        "DELETE FROM evidence_result",
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            connection.cursor().execute(statement)
    assert Report.objects.get(pk=report.pk).outcome == Outcome.PASSED


def test_large_piece_is_looked_at_in_part_and_counted_whole(estate: Estate) -> None:
    rows = [{"name": f"c{n}", "category": "schema", "outcome": "passed"} for n in range(350)]
    rows += [{"name": f"t{n}", "category": "tests", "outcome": "failed"} for n in range(310)]
    rows += [
        {"name": "m", "category": "tests", "outcome": "passed", "metric": "p95", "value": n}
        for n in range(20)
    ]
    content = json.dumps({"countersign": "checks/1", "checks": rows}).encode()
    report = receive_evidence(actor=estate.actor("priya"), order=order(estate, content)).report
    [piece] = pieces_of([report.version_id], {"P95"})[report.version_id]
    seen = Counter((one.category, one.outcome) for one in piece.findings)
    assert seen == {("schema", "passed"): 300, ("tests", "failed"): 310, ("tests", "passed"): 20}
    assert dict(piece.left_out) == {"schema": 50, "tests": 0}
    assert piece.topics == {"schema": [], "tests": ["p95"]}


def test_results_of_what_no_longer_counts_are_not_read(estate: Estate) -> None:
    version = order(estate).version
    for hours, category in ((3, "tests"), (2, "tests"), (1, "drift")):
        content = json.dumps(
            {
                "countersign": "checks/1",
                "checks": [{"name": "a", "category": category, "outcome": "passed"}],
                "n": hours,
            }
        )
        sent = order(estate, content.encode(), measured_at=NOW - timedelta(hours=hours))
        receive_evidence(actor=estate.actor("priya"), order=sent)
    pieces = sorted(pieces_of([version.pk])[version.pk], key=lambda one: one.at)
    assert [len(one.findings) for one in pieces] == [1, 1]


def test_piece_for_any_stage_is_not_overtaken_by_one_for_another_stage(estate: Estate) -> None:
    version = order(estate).version
    for hours, stage in ((2, ""), (1, Stage.MODEL)):
        rows = [{"name": "a", "category": "tests", "outcome": "passed", "value": hours}]
        content = json.dumps({"countersign": "checks/1", "checks": rows}).encode()
        sent = order(estate, content, measured_at=NOW - timedelta(hours=hours), stage=stage)
        receive_evidence(actor=estate.actor("priya"), order=sent)
    asked = Check("TEST-01", "Its tests pass", Stage.INTEGRATION, Category.TESTS, Demand.PASSES)
    found = judged(asked, pieces_of([version.pk])[version.pk], now=NOW)
    assert (found.state, found.measured) == (State.PASSED, "1 of 1 passed")
