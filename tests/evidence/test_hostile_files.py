"""Files that are made to mislead, to break a page, or to hold everybody up."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.core.errors import Invalid
from apps.evidence.enums import Outcome
from apps.evidence.models import Report
from apps.evidence.rules import reading_of
from apps.evidence.rules.checks import Check, Demand, State, judged
from apps.evidence.selectors import pieces_of
from apps.evidence.services import receive_evidence
from tests.changes.estate import NOW, Estate, at
from tests.evidence.test_receiving import checks, order


def metrics(**challenger: Any) -> dict[str, Any]:
    champion = challenger.pop("champion", {})
    row = {"name": "auc", "challenger": challenger, "champion": champion}
    return {"countersign": "metrics/1", "metrics": [row]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<testsuite>" + b'<testcase name="a"/>' * 900_000 + b"</testsuite>", "200,000 elements"),
        (b'{"countersign":"checks/1","checks":[' + b"[]," * 6_300_000 + b"[]]}", "1,000,000 values"),
        (checks(*["a"] * 200_000), "20,000 results"),
        (
            json.dumps(metrics() | {"metrics": metrics(value=1)["metrics"] * 140_000}).encode(),
            "20,000 results",
        ),
    ],
    ids=["elements", "lists", "checks", "metrics"],
)
def test_file_of_too_much_is_refused_before_the_work_is_done(content: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid, match=reason):
        reading_of(content)
    assert time.process_time() - began < 2


def test_text_full_of_marks_is_one_value() -> None:
    assert reading_of(checks(padding='[{,\\"' * 600_000)).outcome == Outcome.PASSED


def test_many_tests_of_one_large_metric_write_it_once() -> None:
    tests = [{"metric_config": {"metric_id": "1"}, "status": "SUCCESS"}] * 5_000
    metric = {"id": "1", "config": {}, "value": dict.fromkeys(map(str, range(30_000)), 1)}
    began = time.process_time()
    assert len(reading_of(json.dumps({"metrics": [metric], "tests": tests}).encode()).findings) == 5_000
    assert time.process_time() - began < 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("0001-01-01T00:00:00Z", "year 2000"),
        ("1999-12-31T23:59:59Z", "year 2000"),
        ("2026-11-09T09:06:00Z", "future"),
        ("0001-01-01T00:00:00+14:00", "is no time"),
        ("9999-12-31T23:59:59-14:00", "is no time"),
        ("yesterday", "is no time"),
        (1e300, "is no time"),
        (False, "is no time"),
    ],
)
def test_time_in_a_file_that_cannot_be_is_refused_at_the_file(
    estate: Estate, stated: Any, reason: str
) -> None:
    with at(NOW), pytest.raises(Invalid) as refused:
        receive_evidence(
            actor=estate.actor("priya"), order=order(estate, checks(measured_at=stated), measured_at=NOW)
        )
    assert reason in refused.value.fields["file"][0]
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_time_beside_a_file_before_the_year_2000_is_refused_at_its_field(estate: Estate) -> None:
    first = order(estate, measured_at=datetime(1, 1, 1, tzinfo=UTC))
    with pytest.raises(Invalid) as refused:
        receive_evidence(actor=estate.actor("priya"), order=first)
    assert "year 2000" in refused.value.fields["measured_at"][0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"value": 0.1, "low": 0.99, "high": 0.2, "n": 9}, "low end, 0.99, is above its high end, 0.2"),
        ({"value": 0.1, "low": 0.5, "high": 0.9}, "It has the value 0.1, which lies outside"),
        ({"value": 0.1, "high": 0.05}, "It has the value 0.1, which lies outside"),
        ({"value": 0.9, "champion": {"value": 0.1, "low": 0.5}}, "The champion has the value 0.1"),
    ],
)
def test_metric_that_contradicts_its_interval_is_inconclusive_and_says_why(
    row: dict[str, Any], reason: str
) -> None:
    [finding] = reading_of(json.dumps(metrics(**row)).encode()).findings
    assert finding.outcome == Outcome.INCONCLUSIVE
    assert reason in finding.message


@pytest.mark.django_db
def test_check_by_interval_of_a_metric_that_contradicts_itself_stays_open(estate: Estate) -> None:
    content = json.dumps(metrics(value=0.1, low=0.99, high=0.2, n=100_000)).encode()
    with at(NOW):
        report = receive_evidence(
            actor=estate.actor("priya"), order=order(estate, content, measured_at=NOW)
        ).report
    asked = Check(
        "PERF-01", "AUC", "model", "performance", Demand.BOUND, metric="auc", bound=0.8, by_interval=True
    )  # type: ignore[arg-type]
    found = judged(asked, pieces_of([report.version_id], {"auc"})[report.version_id], now=NOW)
    assert found.state == State.INCONCLUSIVE
    assert "above its high end" in found.reason


def test_control_characters_are_taken_out_of_what_a_file_says() -> None:
    [finding] = reading_of(checks("x\x1b[2K\x9b\u202ey\tz\x00\x07\nw")).findings
    assert finding.assertion == "x[2Ky z w"
