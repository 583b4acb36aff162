"""Evidently before 0.6: ``TestSuite.json()``, ``Report.json()`` and what ``TestSuite.save()`` keeps.

``success_tests`` of the summary counts warnings in, and ``failed_tests`` leaves errors out: tests are counted here.
"""

from collections.abc import Iterator
from typing import Any

from apps.evidence.enums import Format, Outcome, Severity
from apps.evidence.rules.evidently import STATUSES, about
from apps.evidence.rules.readings import (
    Finding,
    Reading,
    in_each_matter,
    items,
    mapping,
    moment,
    number,
    text,
    within,
)


def fits(document: Any) -> bool:
    """Return whether it is a suite of tests, a report, or a saved one, of the older API."""
    held = mapping(document)
    if "metrics_ids" in held or "test_results" in mapping(held.get("suite")):
        return True
    if isinstance(held.get("tests"), list) and isinstance(held.get("summary"), dict):
        return True
    metrics = held.get("metrics")
    return (
        "version" in held and isinstance(metrics, list) and any("result" in mapping(one) for one in metrics)
    )


def read(document: dict[str, Any]) -> Reading:
    """Return the tests, and of a report the numbers that it measured."""
    suite = mapping(document.get("suite"))
    tests = items(suite.get("test_results", document.get("tests")))
    findings = within(_judged(mapping(test)) for test in tests)
    if not tests:
        metrics = items(document.get("metrics"))
        findings = within(finding for one in metrics for finding in _numbers(mapping(one)))
    summary = mapping(document.get("summary"))
    findings += _contradiction(summary, findings)
    total = summary.get("total_tests")
    missing = total - len(tests) if isinstance(total, int) else 0
    return Reading(
        format=Format.EVIDENTLY_LEGACY,
        findings=tuple(findings),
        tool_version=text(document.get("version"), 40),
        measured_at=moment(document.get("timestamp")),
        partial=f"{missing} of the tests are not listed in the file." if missing > 0 else "",
    )


def _contradiction(summary: dict[str, Any], findings: list[Finding]) -> list[Finding]:
    """Return a failure in each matter where the tool says that not all passed, and every test did, or warned."""
    passed = (Outcome.PASSED, Outcome.WARNED)
    if summary.get("all_passed") is not False or any(one.outcome not in passed for one in findings):
        return []
    said = Finding("all passed", Outcome.FAILED, message="The file says that not all passed, and not which.")
    return in_each_matter(said, findings)


def _judged(test: dict[str, Any]) -> Finding:
    parameters = mapping(test.get("parameters"))
    status = test.get("status")
    outcome = STATUSES.get(str(mapping(status).get("value", status)), Outcome.INCONCLUSIVE)
    value = parameters.get("value", parameters.get("score"))
    group = str(test.get("group", ""))
    name = str(test.get("name", ""))
    return Finding(
        assertion=text(name, 200) or "a test without a name",
        outcome=outcome,
        category=about(f"drift {name}" if group == "data_drift" else name),
        severity=Severity.WARNING if outcome == Outcome.WARNED else Severity.CRITICAL,
        column=text(parameters.get("column_name"), 120),
        metric=text(name, 80),
        value=number(value),
        expected=text(parameters.get("condition") or ""),
        observed=text(value),
        message=text(test.get("description")),
    )


def _numbers(metric: dict[str, Any]) -> Iterator[Finding]:
    """Yield the numbers at the top of a metric's result, and one level below by name."""
    name = str(metric.get("metric", "")) or "a metric"
    for key, value in _flat(mapping(metric.get("result"))):
        found = number(value)
        if found is None:
            continue
        yield Finding(
            assertion=text(f"{name}: {key}", 200),
            outcome=Outcome.MEASURED,
            category=about(name),
            metric=text(key, 80),
            value=found,
            observed=text(value),
        )


def _flat(result: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in result.items():
        if isinstance(value, dict):
            yield from (
                (f"{key}.{inner}", one) for inner, one in value.items() if not isinstance(one, dict | list)
            )
        else:
            yield key, value
