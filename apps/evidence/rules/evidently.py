"""Evidently from 0.6 on: ``Snapshot.json()`` (a report) and ``Snapshot.dumps()`` (a snapshot).

There is no verdict over the whole, and in a report no time. A failed test that is not critical is a ``WARNING``. A
value is a number or an object of numbers.
"""

from collections.abc import Iterator
from typing import Any

from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.rules.readings import Finding, Reading, items, mapping, moment, number, text, within

STATUSES = {
    "SUCCESS": Outcome.PASSED,
    "FAIL": Outcome.FAILED,
    "WARNING": Outcome.WARNED,
    "ERROR": Outcome.ERROR,
    "SKIPPED": Outcome.SKIPPED,
}
_ABOUT = (
    ("drift", Category.DRIFT),
    ("missing", Category.COMPLETENESS),
    ("null", Category.COMPLETENESS),
    ("duplicated", Category.UNIQUENESS),
    ("unique", Category.UNIQUENESS),
    ("rowcount", Category.VOLUME),
    ("number of rows", Category.VOLUME),
    ("columncount", Category.SCHEMA),
    ("number of columns", Category.SCHEMA),
    ("column types", Category.SCHEMA),
    ("outrange", Category.VALIDITY),
    ("out-of-range", Category.VALIDITY),
    ("inrange", Category.VALIDITY),
    ("outlist", Category.VALIDITY),
    ("constant", Category.VALIDITY),
    ("calibration", Category.CALIBRATION),
)
_PERFORMANCE = (
    *(
        "accuracy",
        "precision",
        "recall",
        "f1",
        "rocauc",
        "roc auc",
        "logloss",
        "log loss",
        "tpr",
        "tnr",
        "fpr",
        "fnr",
    ),
    *("rmse", "mae", "mape", "r2score", "r2", "mean error", "meanerror", "absmaxerror", "ndcg", "hitrate"),
)
_METRIC = "evidently:metric_v2:"


def about(name: str) -> Category:
    """Return what a metric or a test of Evidently is about, by its name."""
    low = name.lower()
    for part, category in _ABOUT:
        if part in low:
            return category
    return Category.PERFORMANCE if any(part in low for part in _PERFORMANCE) else Category.OTHER


def fits(document: Any) -> bool:
    """Return whether it is a report or a snapshot of the newer API."""
    held = mapping(document)
    if isinstance(held.get("metric_results"), dict):
        return True
    metrics = held.get("metrics")
    return (
        "version" not in held
        and isinstance(metrics, list)
        and any("config" in mapping(one) for one in metrics)
    )


def read(document: dict[str, Any]) -> Reading:
    """Return the tests with what each measured, and the metrics that no test judges."""
    measured = dict(_snapshot(document) if "metric_results" in document else _report(document))
    tests = _tests_of_snapshot(document) if "metric_results" in document else items(document.get("tests"))
    # Many tests may look at one metric, and what it holds may be large: it is written once.
    said = {key: text(value) for key, (_, value) in measured.items()}
    findings = within(_judged(mapping(test), measured, said) for test in tests)
    tested = {_metric_id(mapping(test)) for test in tests}
    findings += within(
        finding
        for key, (params, value) in measured.items()
        if key not in tested
        for finding in _numbers(params, value)
    )
    claims = {
        text(key, 60): text(value, 120)
        for key, value in mapping(document.get("metadata")).items()
        if isinstance(value, str)
    }
    return Reading(
        format=Format.EVIDENTLY,
        findings=tuple(findings),
        measured_at=moment(document.get("timestamp")),
        claims=claims,
    )


Measured = tuple[dict[str, Any], Any]
"""The parameters of a metric, and its value."""


def _report(document: dict[str, Any]) -> Iterator[tuple[str, Measured]]:
    for one in items(document.get("metrics")):
        held = mapping(one)
        yield str(held.get("id")), (mapping(held.get("config")), held.get("value"))


def _snapshot(document: dict[str, Any]) -> Iterator[tuple[str, Measured]]:
    for key, one in mapping(document.get("metric_results")).items():
        held = mapping(one)
        metric = mapping(mapping(held.get("metric_value_location")).get("metric"))
        yield key, (mapping(metric.get("params")), _value(held))


def _value(result: dict[str, Any]) -> Any:
    """Return the value of a result in a snapshot, in the shape that a report has."""
    if "value" in result:
        return result["value"]
    return {
        name: mapping(result[name]).get("value")
        for name in ("count", "share", "mean", "std")
        if name in result
    }


def _tests_of_snapshot(document: dict[str, Any]) -> list[Any]:
    results = mapping(document.get("metric_results")).values()
    return [test for result in results for test in items(mapping(result).get("tests"))]


def _metric_id(test: dict[str, Any]) -> str:
    return str(mapping(test.get("metric_config")).get("metric_id"))


def _judged(test: dict[str, Any], measured: dict[str, Measured], said: dict[str, str]) -> Finding:
    params = mapping(mapping(test.get("metric_config")).get("params"))
    config = mapping(test.get("test_config"))
    _, value = measured.get(_metric_id(test), ({}, None))
    bound = mapping(test.get("bound_test"))
    judged = mapping(bound.get("test"))
    critical = judged.get("is_critical", config.get("is_critical", True))
    if isinstance(value, dict):
        value = value.get("count" if bound.get("is_count") else "share", value)
    name = str(params.get("type", "")).removeprefix(_METRIC)
    threshold = config.get("threshold", config.get("expected", params.get("threshold")))
    return Finding(
        assertion=text(test.get("name") or name, 200) or "a test without a name",
        outcome=STATUSES.get(str(test.get("status")), Outcome.INCONCLUSIVE),
        category=about(name or str(test.get("name", ""))),
        severity=Severity.CRITICAL if critical else Severity.WARNING,
        column=text(params.get("column"), 120),
        metric=text(name, 80),
        value=number(value),
        expected=text(f"{test.get('id', '')} {threshold}" if threshold is not None else ""),
        observed=said[_metric_id(test)] if isinstance(value, dict | list) else text(value),
        message=text(test.get("description")),
    )


def _numbers(params: dict[str, Any], value: Any) -> Iterator[Finding]:
    """Yield what a metric measured: one number, or one for each part (a class, a quantile, a category)."""
    name = str(params.get("type", "")).removeprefix(_METRIC) or "a metric"
    values = value.items() if isinstance(value, dict) else [("", value)]
    for part, one in values:
        if one is None:
            continue
        found = number(one)
        yield Finding(
            assertion=text(name, 200),
            outcome=Outcome.MEASURED if found is not None else Outcome.INCONCLUSIVE,
            category=about(name),
            column=text(params.get("column"), 120),
            segment=text(part, 120),
            metric=text(name, 80),
            value=found,
            observed=text(one),
        )
