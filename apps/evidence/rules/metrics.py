"""Metrics as JSON: our own form with champion and challenger, scikit-learn's reports, and Fairlearn's frames.

Ours is ``{"countersign": "metrics/1", "measured_at", "champion": {"version"}, "challenger": {"version", "artifact"},
"metrics": [{"name", "segment", "challenger": {"value", "low", "high", "n"}, "champion": {…}}]}``. The other two have no
file format of their own; their dictionaries are read as they are dumped.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from apps.core.errors import Invalid
from apps.evidence.enums import Category, Format, Outcome
from apps.evidence.rules.readings import (
    Finding,
    Reading,
    count,
    items,
    mapping,
    moment,
    number,
    stated_moment,
    text,
    within,
)

OURS = "metrics/1"
_KNOWN = {
    *(
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "f1",
        "f1_score",
        "roc_auc",
        "auroc",
        "auc",
        "log_loss",
    ),
    *("average_precision", "brier_score", "brier_score_loss", "rmse", "mae", "mse", "mape", "r2", "r2_score"),
    *("demographic_parity_difference", "equalized_odds_difference", "ece", "expected_calibration_error"),
}
_FAIR = ("parity", "odds", "selection_rate", "disparate", "fairness")
_CALIBRATED = ("brier", "ece", "calibration")
_SLOW = ("latency", "p50", "p95", "p99")


def about(name: str) -> Category:
    """Return what a metric is about, by its name."""
    low = name.lower()
    for parts, category in (
        (_FAIR, Category.FAIRNESS),
        (_CALIBRATED, Category.CALIBRATION),
        (_SLOW, Category.LATENCY),
        (("drift", "psi"), Category.DRIFT),
        (("robust", "perturb"), Category.ROBUSTNESS),
    ):
        if any(part in low for part in parts):
            return category
    return Category.PERFORMANCE


def fits(document: Any) -> bool:
    """Return whether it is our form, a Fairlearn frame, or a dictionary in which a known metric stands."""
    held = mapping(document)
    if held.get("countersign") == OURS or "metricframe" in held or "classification_report" in held:
        return True
    return any(name in _KNOWN and _is_number(value) for name, value in held.items())


def read(document: dict[str, Any]) -> Reading:
    """Return each number as measured; whether it is good enough is for a check to say.

    Raises:
        Invalid: ``file`` is our form, and a metric in it has no name or no challenger.
    """
    if document.get("countersign") == OURS:
        metrics = enumerate(items(document.get("metrics")), 1)
        findings = within(_ours(mapping(one), place) for place, one in metrics)
    else:
        findings = within(chain(_plain(document), _frame(document), _thresholds(document)))
    return Reading(
        format=Format.METRICS,
        findings=tuple(findings),
        measured_at=stated_moment(document.get("measured_at")) or moment(document.get("timestamp")),
        claims=_claims(document),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _claims(document: dict[str, Any]) -> dict[str, str]:
    challenger, champion = mapping(document.get("challenger")), mapping(document.get("champion"))
    found = {
        "model": document.get("model"),
        "version": challenger.get("version") or document.get("version"),
        "artifact": challenger.get("artifact") or document.get("artifact"),
        "champion": champion.get("version"),
    }
    return {name: text(value, 120) for name, value in found.items() if isinstance(value, str) and value}


def _ours(metric: dict[str, Any], place: int) -> Finding:
    name = metric.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Invalid({"file": [f"Metric {place} has no name."]})
    challenger, champion = metric.get("challenger"), mapping(metric.get("champion"))
    if not isinstance(challenger, dict):
        raise Invalid({"file": [f"Metric {place}, {text(name, 60)}, has no challenger with a value."]})
    found = _measured(
        name,
        challenger.get("value"),
        segment=_segment(metric.get("segment")),
        low=number(challenger.get("low")),
        high=number(challenger.get("high")),
        sample_size=count(challenger.get("n")),
        champion=number(champion.get("value")),
        champion_low=number(champion.get("low")),
        champion_high=number(champion.get("high")),
    )
    problem = _contradiction("It", found.value, found.low, found.high) or _contradiction(
        "The champion", found.champion, found.champion_low, found.champion_high
    )
    return replace(found, outcome=Outcome.INCONCLUSIVE, message=problem) if problem else found


def _contradiction(what: str, value: float | None, low: float | None, high: float | None) -> str:
    """Return why a number and its own interval cannot both be right, or an empty text."""
    if low is not None and high is not None and low > high:
        return f"{what} has an interval whose low end, {low:g}, is above its high end, {high:g}."
    outside = value is not None and ((low is not None and value < low) or (high is not None and value > high))
    return f"{what} has the value {value:g}, which lies outside its own interval." if outside else ""


def _segment(value: Any) -> str:
    if isinstance(value, dict):
        return text(", ".join(f"{key} = {one}" for key, one in sorted(value.items())), 120)
    return "" if value in (None, "all", "overall") else text(value, 120)


def _measured(name: str, value: Any, **more: Any) -> Finding:
    found = number(value)
    return Finding(
        assertion=text(name, 200),
        outcome=Outcome.MEASURED if found is not None else Outcome.INCONCLUSIVE,
        category=about(name),
        metric=text(name, 80),
        value=found,
        observed=text(value),
        **more,
    )


def _plain(document: dict[str, Any]) -> Iterator[Finding]:
    """Yield the numbers of a flat dictionary, and of scikit-learn's report by class."""
    report = mapping(document.get("classification_report"))
    cases = sum(
        count(mapping(row).get("support")) or 0 for name, row in report.items() if not name.endswith(" avg")
    )
    for name, value in document.items():
        if _is_number(value):
            yield _measured(name, value, sample_size=cases or None)
    for label, row in report.items():
        held = mapping(row)
        support = count(held.get("support"))
        yield from (
            _measured(name, value, segment=text(f"class = {label}", 120), sample_size=support)
            for name, value in held.items()
            if name != "support" and _is_number(value)
        )


def _frame(document: dict[str, Any]) -> Iterator[Finding]:
    """Yield a Fairlearn MetricFrame: overall, and by group with the size of each."""
    frame = mapping(document.get("metricframe"))
    feature = text(document.get("sensitive_feature"), 60) or "group"
    groups = [("", frame.get("overall"))]
    groups += [
        (text(f"{feature} = {name}", 120), row) for name, row in mapping(frame.get("by_group")).items()
    ]
    for segment, row in groups:
        held = mapping(row)
        size = count(held.get("count"))
        yield from (
            _measured(name, value, segment=segment, sample_size=size)
            for name, value in held.items()
            if name != "count" and _is_number(value)
        )
    for spread in ("difference", "ratio"):
        yield from (
            _measured(f"{name}_{spread}", value)
            for name, value in mapping(frame.get(spread)).items()
            if name != "count" and _is_number(value)
        )


def _thresholds(document: dict[str, Any]) -> Iterator[Finding]:
    """Yield a verdict for each number that the file itself bounds."""
    for name, bounds in mapping(document.get("thresholds")).items():
        held, found = mapping(bounds), number(document.get(name))
        low, high = number(held.get("min")), number(held.get("max"))
        if low is None and high is None:
            continue
        outcome = Outcome.INCONCLUSIVE
        if found is not None:
            met = (low is None or found >= low) and (high is None or found <= high)
            outcome = Outcome.PASSED if met else Outcome.FAILED
        yield Finding(
            assertion=text(f"{name} within its bound", 200),
            outcome=outcome,
            category=about(name),
            metric=text(name, 80),
            value=found,
            expected=text(
                " and ".join(
                    f"{word} {bound:g}" for word, bound in (("≥", low), ("≤", high)) if bound is not None
                )
            ),
            observed=text(document.get(name)),
        )
