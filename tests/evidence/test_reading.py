"""Files that are not quite what a tool writes: none of them is ever a pass, and none breaks the reader."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.errors import Invalid
from apps.evidence.enums import Outcome, Severity
from apps.evidence.rules import Finding, Reading, outcome_of, reading_of
from apps.evidence.rules.files import MOST_BYTES


def _read(document: Any) -> Reading:
    return reading_of(json.dumps(document).encode())


def _gx(*results: dict[str, Any], success: bool = True, evaluated: int | None = None) -> dict[str, Any]:
    count = len(results) if evaluated is None else evaluated
    return {
        "success": success,
        "results": list(results),
        "statistics": {"evaluated_expectations": count},
        "meta": {},
    }


def _expectation(success: bool | None = True, **more: Any) -> dict[str, Any]:
    config = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "age"}}
    return {
        "success": success,
        "expectation_config": {**config, **more.pop("config", {})},
        "result": {},
        **more,
    }


def test_exception_flat_or_by_metric_is_an_error_and_not_a_pass() -> None:
    flat = {"raised_exception": True, "exception_message": "no such column", "exception_traceback": "…"}
    for info in (flat, {"('column.nulls', 'age')": flat}):
        reading = _read(_gx(_expectation(success=True, exception_info=info)))
        assert reading.outcome == Outcome.ERROR
        assert reading.findings[0].message == "no such column"


def test_failure_that_the_tool_calls_a_warning_is_no_failure_and_stays_seen() -> None:
    reading = _read(_gx(_expectation(success=False, config={"severity": "warning"}), success=False))
    assert [one.outcome for one in reading.findings] == [Outcome.WARNED]
    assert reading.outcome == Outcome.WARNED


def test_what_was_expected_and_observed_reads_as_people_write_it() -> None:
    kwargs = {"column": "age", "min_value": 0, "max_value": None, "value_set": ["a", "b"], "mostly": 0.9}
    held = _expectation(config={"kwargs": kwargs}, result={"unexpected_percent": 12.5, "element_count": 8})
    [finding] = _read(_gx(held)).findings
    assert finding.expected == "min_value 0, value_set a or b, mostly 0.9"
    assert (finding.observed, finding.value) == ("12.5% unexpected", 12.5)


def test_older_results_name_the_expectation_by_its_old_key_and_time() -> None:
    document = _gx({"success": True, "expectation_config": {"expectation_type": "expect_x", "kwargs": {}}})
    document["meta"] = {"validation_time": "20231114T101530.123456Z"}
    reading = _read(document)
    assert reading.findings[0].assertion == "expect_x"
    assert reading.measured_at is not None
    assert reading.measured_at.isoformat() == "2023-11-14T10:15:30.123456+00:00"


def test_results_that_are_left_out_of_the_file_make_it_partial() -> None:
    reading = _read(_gx(_expectation(), evaluated=3))
    assert reading.outcome == Outcome.INCONCLUSIVE
    assert reading.partial == "2 of the expectations are not listed in the file."


def test_file_that_says_it_failed_and_lists_only_passes_failed() -> None:
    assert _read(_gx(_expectation(), success=False)).outcome == Outcome.FAILED
    run = {"runId": "1", "result": "failed", "checks": [{"name": "a", "result": "passed"}]}
    assert _read(run).outcome == Outcome.FAILED


def test_results_none_at_all_are_inconclusive() -> None:
    for document in (
        _gx(),
        {"runId": "1", "result": "passed", "checks": []},
        {"countersign": "checks/1", "checks": []},
        {"tests": [], "summary": {"all_passed": True, "total_tests": 0}},
    ):
        assert _read(document).outcome == Outcome.INCONCLUSIVE
    assert reading_of(b'<testsuite tests="0"/>').outcome == Outcome.INCONCLUSIVE


def test_run_with_filters_broken_off_or_dry_is_inconclusive() -> None:
    passed = {"name": "a", "result": "passed"}
    for more, checks in (
        ({"filters": {"model": "orders"}}, [passed]),
        ({"dryRun": True}, [passed]),
        ({}, [passed, {"name": "b", "result": None}]),
    ):
        assert (
            _read({"runId": "1", "result": "passed", "checks": checks, **more}).outcome
            == Outcome.INCONCLUSIVE
        )


def test_tests_fewer_than_the_file_counts_are_inconclusive_and_skipped_ones_alone_too() -> None:
    one = b'<testcase name="a"/>'
    assert (
        reading_of(b'<testsuites><testsuite tests="2">' + one + b"</testsuite></testsuites>").outcome
        == "inconclusive"
    )
    assert (
        reading_of(b'<testsuite tests="1"><testcase name="a"><skipped/></testcase></testsuite>').outcome
        == "inconclusive"
    )
    flaky = reading_of(
        b'<testsuite tests="1"><testcase name="a"><flakyFailure message="x"/></testcase></testsuite>'
    )
    assert flaky.findings[0].outcome == Outcome.WARNED


def test_numbers_that_are_none_are_inconclusive() -> None:
    for value in ("NaN", "Infinity", "-Infinity", '"NaN"', "null", "true", "1e999"):
        challenger = f'{{"value": {value}}}'
        content = (
            f'{{"countersign": "metrics/1", "metrics": [{{"name": "auroc", "challenger": {challenger}}}]}}'
        )
        reading = reading_of(content.encode())
        assert reading.outcome == Outcome.INCONCLUSIVE, value
        assert reading.findings[0].value is None


def test_champion_and_challenger_are_read_by_segment_with_interval_and_size() -> None:
    row = {"value": 0.8, "low": 0.78, "high": 0.82, "n": 900}
    metric = {"name": "auroc", "segment": {"region": "north"}, "challenger": row, "champion": {"value": 0.79}}
    reading = _read({"countersign": "metrics/1", "champion": {"version": "3"}, "metrics": [metric]})
    found = reading.findings[0]
    assert (found.segment, found.value, found.low, found.high, found.sample_size, found.champion) == (
        *("region = north", 0.8, 0.78, 0.82, 900, 0.79),
    )
    assert reading.claims == {"champion": "3"}


def test_dbt_run_that_began_and_never_ended_is_partial() -> None:
    event = {
        "eventType": "START",
        "eventTime": "2026-01-01T00:00:00Z",
        "run": {"runId": "a"},
        "job": {"name": "j"},
    }
    assert _read(event).outcome == Outcome.INCONCLUSIVE
    ended = {**event, "eventType": "FAIL"}
    assert _read([event, ended]).outcome == Outcome.ERROR


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello", "neither JSON nor XML"),
        (b'{"hello": "world"}', "none of the formats"),
        (b"[]", "none of the formats"),
        (b'{"success": false, "success": true}', "twice"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"<a>" * 100, "nested too deeply"),
        (b"<testsuite>", "not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "document type"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "too long"),
        (b" " * 10 + b"x" * MOST_BYTES, "at most 20 MB"),
        (b'{"countersign": "checks/1", "checks": [{"name": "a", "outcome": "fine"}]}', "It may be: passed"),
        (b'{"countersign": "lineage/1"}', "names neither"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        reading_of(content)
    assert reason in refused.value.fields["file"][0]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_MARKS = [
    *(
        "success",
        "results",
        "statistics",
        "meta",
        "run_results",
        "validation_results",
        "expectations",
        "tests",
        "summary",
    ),
    *(
        "metrics",
        "metric_results",
        "suite",
        "metrics_ids",
        "version",
        "runId",
        "checks",
        "eventTime",
        "run",
        "inputs",
    ),
    *(
        "countersign",
        "metricframe",
        "classification_report",
        "accuracy",
        "thresholds",
        "dataQualityAssertions",
    ),
]


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(_MARKS), _VALUES | st.lists(st.fixed_dictionaries({"result": _VALUES})))
)
def test_any_object_with_the_marks_of_a_tool_is_read_or_refused_and_is_no_pass_by_accident(
    document: Any,
) -> None:
    try:
        reading = _read(document)
    except Invalid:
        return
    if reading.outcome == Outcome.PASSED:
        assert any(one.outcome == Outcome.PASSED for one in reading.findings)


@given(st.lists(st.sampled_from(Outcome)), st.sampled_from(["", "a part"]))
def test_whole_is_a_pass_only_where_something_passed_and_nothing_else_speaks_against_it(
    outcomes: list[Outcome], partial: str
) -> None:
    whole = outcome_of([Finding("a", one, severity=Severity.CRITICAL) for one in outcomes], partial)
    good = {Outcome.PASSED, Outcome.WARNED, Outcome.SKIPPED, Outcome.MEASURED}
    met = Outcome.PASSED in outcomes
    assert (whole == Outcome.PASSED) == (met and not partial and set(outcomes) <= good)
