"""What a file says of its whole, and no line of it does: every check that asks about the file hears of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.evidence.enums import Category, Outcome, Stage
from apps.evidence.rules import Reading, reading_of, topics_of
from apps.evidence.rules.checks import Check, Demand, Piece, State, judged

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)


def _states(content: Any, metric: str = "") -> tuple[Outcome, dict[str, State]]:
    """Return what a file comes to, and a check of each matter that it speaks of."""
    reading = reading_of(content.encode() if isinstance(content, str) else json.dumps(content).encode())
    return reading.outcome, {
        category: _state(reading, Category(category), metric) for category in topics_of(reading.findings)
    }


def _state(reading: Reading, category: Category, metric: str) -> State:
    check = Check("ANY-01", "Any", Stage.DATA, category, Demand.PASSES, metric=metric)
    topics = topics_of(reading.findings)
    return judged(
        check, [Piece("EV-1", reading.findings, topics, NOW, partial=reading.partial)], now=NOW
    ).state


def _met(kind: str, success: bool = True, **result: Any) -> dict[str, Any]:
    return {"success": success, "expectation_config": {"type": kind, "kwargs": {}}, "result": result}


def _suite(*results: dict[str, Any], success: bool) -> dict[str, Any]:
    return {"success": success, "results": list(results), "statistics": {}, "meta": {}}


NULLS, UNIQUE = _met("expect_column_values_to_not_be_null"), _met("expect_column_values_to_be_unique")
SHARES = _met("expect_column_values_to_be_in_set", unexpected_percent=0.0)
MISSED = _met("expect_column_values_to_be_in_set", success=False)


def test_expectations_that_failed_as_a_whole_fail_each_matter_that_they_speak_of() -> None:
    failed = {"completeness": State.FAILED, "uniqueness": State.FAILED}
    assert _states(_suite(NULLS, UNIQUE, success=False)) == (Outcome.FAILED, failed)
    assert _states(_suite(SHARES, success=False), metric="unexpected_percent")[1] == {
        "validity": State.FAILED
    }


def test_suite_of_a_checkpoint_that_failed_is_heard_though_another_one_says_where_it_did() -> None:
    document = {
        "success": False,
        "validation_results": [_suite(MISSED, success=False), _suite(NULLS, success=False)],
    }
    assert _states(document)[1] == {"validity": State.FAILED, "completeness": State.FAILED}
    document["validation_results"] = [_suite(NULLS, success=True), _suite(success=False)]
    assert _states(document)[1] == {"completeness": State.FAILED}


@pytest.mark.parametrize(
    ("result", "others", "outcome", "state"),
    [
        ("failed", [], Outcome.FAILED, State.FAILED),
        ("error", [], Outcome.ERROR, State.INCONCLUSIVE),
        ("unknown", [], Outcome.INCONCLUSIVE, State.INCONCLUSIVE),
        ("failed", ["failed"], Outcome.FAILED, State.PASSED),
        ("error", ["error"], Outcome.ERROR, State.PASSED),
        ("error", ["failed"], Outcome.FAILED, State.INCONCLUSIVE),
    ],
)
def test_run_of_a_contract_is_held_to_its_result_unless_a_check_says_why(
    result: str, others: list[str], outcome: Outcome, state: State
) -> None:
    checks = [{"name": "is there", "type": "field_is_present", "result": "passed"}]
    checks += [{"name": "another", "type": "sql", "result": other} for other in others]
    whole, states = _states({"runId": "1", "result": result, "checks": checks})
    assert (whole, states["schema"]) == (outcome, state)


@pytest.mark.parametrize(
    ("end", "success", "outcome"),
    [
        ("ABORT", True, Outcome.ERROR),
        ("FAIL", True, Outcome.ERROR),
        ("ABORT", False, Outcome.FAILED),
        ("COMPLETE", True, Outcome.PASSED),
        ("FAIL", False, Outcome.FAILED),
    ],
)
def test_run_that_did_not_end_well_leaves_open_what_it_did_assert(
    end: str, success: bool, outcome: Outcome
) -> None:
    said = [{"assertion": "unique", "success": True}, {"assertion": "not_null", "success": success}]
    told = {"name": "orders", "facets": {"dataQualityAssertions": {"assertions": said}}}
    event = {"eventType": end, "eventTime": "2026-11-10T08:00:00Z", "run": {"runId": "a"}, "inputs": [told]}
    whole, states = _states(event)
    open_ = end == "ABORT" or (end == "FAIL" and success)
    assert (whole, states["uniqueness"]) == (outcome, State.INCONCLUSIVE if open_ else State.PASSED)


@pytest.mark.parametrize(
    ("content", "outcome", "state"),
    [
        ('<testsuite tests="1" failures="3" errors="2">{}</testsuite>', Outcome.FAILED, State.FAILED),
        ('<testsuite tests="1" errors="1">{}</testsuite>', Outcome.ERROR, State.INCONCLUSIVE),
        (
            '<testsuites failures="0"><testsuite failures="1">{}</testsuite></testsuites>',
            *(Outcome.FAILED, State.FAILED),
        ),
        (
            '<testsuites tests="1"><testsuite tests="2">{}</testsuite></testsuites>',
            *(Outcome.INCONCLUSIVE, State.INCONCLUSIVE),
        ),
        (
            '<testsuites><testsuites tests="2"><testsuite>{}</testsuite></testsuites></testsuites>',
            *(Outcome.INCONCLUSIVE, State.INCONCLUSIVE),
        ),
        (
            f'<testsuite tests="{"9" * 5000}" failures="{"9" * 5000}">{{}}</testsuite>',
            *(Outcome.FAILED, State.INCONCLUSIVE),
        ),
        ('<testsuite tests="1" failures="0" errors="0">{}</testsuite>', Outcome.PASSED, State.PASSED),
    ],
)
def test_tests_are_held_to_what_their_suites_count(content: str, outcome: Outcome, state: State) -> None:
    assert _states(content.format('<testcase name="a"/>')) == (outcome, {"tests": state})


def test_tests_that_went_wrong_as_often_as_counted_are_told_once() -> None:
    cases = "<testcase><failure/></testcase><testcase><error/></testcase>"
    assert len(reading_of(f'<testsuite failures="2">{cases}</testsuite>'.encode()).findings) == 2


def test_tests_of_several_suites_are_as_old_as_the_first() -> None:
    suites = "".join(f'<testsuite timestamp="2026-11-{day}T08:00:00Z"/>' for day in ("10", "02", "07"))
    measured_at = reading_of(f"<testsuites>{suites}</testsuites>".encode()).measured_at
    assert measured_at == NOW.replace(day=2, hour=8)


def test_tests_of_older_evidently_that_did_not_all_pass_fail_each_matter() -> None:
    tests = [
        {"name": "Share of Drifted Columns", "group": "data_drift", "status": "SUCCESS"},
        {"name": "Number of Rows", "status": "SUCCESS"},
    ]
    told = {"tests": tests, "summary": {"all_passed": False, "total_tests": 2}}
    assert _states(told)[1] == {"drift": State.FAILED, "volume": State.FAILED}
    tests[1]["status"] = "SKIPPED"
    assert _states(told)[1]["drift"] == State.PASSED
