"""Our own forms for what has no format elsewhere: checks of any kind, lineage, and explanations.

``checks/1`` is ``{"countersign": "checks/1", "measured_at", "checks": [{"name", "category", "outcome", "severity",
"subject", "column", "segment", "value", "expected", "observed", "n", "message"}]}``: what a load test, a licence scan
or a consent check comes to. ``lineage/1`` is ``{code_commit, datasets: [{name, digest}], hyperparameters}``, and
``explanation/1`` is ``{method, features: [{name, importance}], n}``.
"""

from typing import Any

from apps.core.errors import Invalid
from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.rules.readings import (
    Finding,
    Reading,
    count,
    failed_as,
    items,
    mapping,
    number,
    stated_moment,
    text,
    within,
)

CHECKS, LINEAGE, EXPLANATION = "checks/1", "lineage/1", "explanation/1"
_OUTCOMES = ("passed", "failed", "error", "inconclusive", "skipped", "measured")


def fits(document: Any) -> bool:
    """Return whether it says that it is one of our forms, other than metrics."""
    return mapping(document).get("countersign") in (CHECKS, LINEAGE, EXPLANATION)


def read(document: dict[str, Any]) -> Reading:
    """Return what one of our own forms says.

    Raises:
        Invalid: ``file`` has a check without a name, or of a category or an outcome that is none; lineage that names
            nothing; or an explanation without features.
    """
    reader = {CHECKS: _checks, LINEAGE: _lineage, EXPLANATION: _explanation}[document["countersign"]]
    return reader(document)


def _checks(document: dict[str, Any]) -> Reading:
    checks = enumerate(items(document.get("checks")), 1)
    findings = within(_check(mapping(one), place) for place, one in checks)
    return Reading(
        format=Format.CHECKS,
        findings=tuple(findings),
        tool_version=text(document.get("tool"), 40),
        measured_at=stated_moment(document.get("measured_at")),
        partial=text(document.get("partial")),
        claims=_claims(document),
    )


def _check(check: dict[str, Any], place: int) -> Finding:
    name = text(check.get("name"), 200)
    if not name:
        raise _refused(f"Check {place} has no name.")
    outcome, category, severity = (
        check.get("outcome"),
        check.get("category", "other"),
        check.get("severity", "critical"),
    )
    for what, value, known in (
        ("outcome", outcome, _OUTCOMES),
        ("category", category, Category.values),
        ("severity", severity, Severity.values),
    ):
        if value not in known:
            raise _refused(
                f"Check {place} has the {what} “{text(value, 40)}”. It may be: {', '.join(known)}."
            )
    severity = Severity(severity)
    return Finding(
        assertion=name,
        outcome=failed_as(severity) if outcome == "failed" else Outcome(str(outcome)),
        category=Category(category),
        severity=severity,
        subject=text(check.get("subject"), 200),
        column=text(check.get("column"), 120),
        segment=text(check.get("segment"), 120),
        metric=text(check.get("metric"), 80),
        value=number(check.get("value")),
        sample_size=count(check.get("n")),
        expected=text(check.get("expected")),
        observed=text(check.get("observed", check.get("value"))),
        message=text(check.get("message")),
    )


def _lineage(document: dict[str, Any]) -> Reading:
    commit = text(document.get("code_commit"), 64)
    datasets = [
        {"name": text(mapping(one).get("name"), 200), "digest": text(mapping(one).get("digest"), 200)}
        for one in items(document.get("datasets"))
    ]
    if not commit and not datasets:
        raise _refused("Lineage names a code_commit, or datasets, or both. This names neither.")
    if any(not one["name"] or not one["digest"] for one in datasets):
        raise _refused("Each dataset in the lineage needs a name and a digest.")
    hyperparameters = mapping(document.get("hyperparameters"))
    findings = (
        [Finding("the code is named", Outcome.MEASURED, Category.LINEAGE, observed=commit)] if commit else []
    )
    findings += within(
        Finding(
            "a dataset is named",
            Outcome.MEASURED,
            Category.LINEAGE,
            subject=one["name"],
            observed=one["digest"],
        )
        for one in datasets
    )
    return Reading(
        format=Format.LINEAGE,
        findings=tuple(findings),
        measured_at=stated_moment(document.get("measured_at")),
        claims=_claims(document),
        lineage={
            "code_commit": commit,
            "datasets": datasets,
            "hyperparameters": {text(key, 80): text(value, 120) for key, value in hyperparameters.items()},
        },
    )


def _explanation(document: dict[str, Any]) -> Reading:
    method = text(document.get("method"), 80)
    features = [mapping(one) for one in items(document.get("features"))]
    if not method or not features:
        raise _refused("An explanation names its method, and at least one of its features.")
    cases = count(document.get("n"))
    findings = within(_importance(method, feature, place, cases) for place, feature in enumerate(features, 1))
    return Reading(
        format=Format.EXPLANATION,
        findings=tuple(findings),
        measured_at=stated_moment(document.get("measured_at")),
        claims=_claims(document),
    )


def _importance(method: str, feature: dict[str, Any], place: int, cases: int | None) -> Finding:
    name, importance = text(feature.get("name"), 120), number(feature.get("importance"))
    if not name:
        raise _refused(f"Feature {place} of the explanation has no name.")
    return Finding(
        assertion=f"importance by {method}",
        outcome=Outcome.MEASURED if importance is not None else Outcome.INCONCLUSIVE,
        category=Category.EXPLANATION,
        column=name,
        metric="importance",
        value=importance,
        sample_size=cases,
        observed=text(feature.get("importance")),
    )


def _claims(document: dict[str, Any]) -> dict[str, str]:
    names = ("model", "version", "artifact")
    return {name: text(document[name], 120) for name in names if isinstance(document.get(name), str)}


def _refused(reason: str) -> Invalid:
    return Invalid({"file": [reason]})
