"""Numbers of model cards as people read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.cards.rules import Difference
from apps.web.card_page.sources import evidence_url, short_source

NOT_MEASURED = "Not measured"
MINUS = "−"


def measure(value: float | None) -> str:
    """Return a number in four figures, thousands with commas; a missing one is "Not measured"."""
    if value is None:
        return NOT_MEASURED
    size = abs(value)
    text = f"{size:,.0f}" if size >= 1000 or size == int(size) else f"{size:.4g}"
    return f"{MINUS}{text}" if value < 0 else text


def change(value: float | None) -> str:
    """Return how much a number moved, with its sign; a dash when one side was not measured."""
    if value is None:
        return "—"
    rounded = float(f"{value:.3g}")
    if rounded == 0:
        return "No change"
    return measure(rounded) if rounded < 0 else f"+{measure(rounded)}"


def metric_name(name: str) -> str:
    """Return a registry's name of a metric as words: ``log_loss`` is "log loss"; short ones are capitals."""
    words = name.replace("_", " ").strip()
    return words.upper() if len(words) <= 4 and " " not in words else words[:1].upper() + words[1:]


@dataclass(frozen=True)
class MetricRow:
    """A line of the metrics table. ``interval`` and ``cases`` are empty when none was given."""

    name: str
    group: str
    value: str
    interval: str
    cases: str
    source: str
    source_url: str


def metric_rows(metrics: Iterable[dict[str, Any]]) -> list[MetricRow]:
    """Return the metrics of a card as a table."""
    return [
        MetricRow(
            metric_name(metric["name"]) + _on(metric),
            metric["slice"] or "All cases",
            measure(metric["value"]),
            _interval(metric["low"], metric["high"]),
            measure(metric["sample_size"]) if metric["sample_size"] else "",
            short_source(metric["source"]),
            evidence_url(metric["source"]),
        )
        for metric in metrics
    ]


def _on(metric: dict[str, Any]) -> str:
    """Return on what it was measured, where the card says: dataset, split and task."""
    said = ", ".join(filter(None, (metric["dataset"], metric["split"], metric["task"])))
    return f" ({said})" if said else ""


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{measure(low)} to {measure(high)}"


@dataclass(frozen=True)
class CompareRow:
    """A line of the comparison of two versions."""

    name: str
    before: str
    after: str
    change: str
    source: str
    source_url: str


def compare_rows(differences: Iterable[Difference]) -> list[CompareRow]:
    """Return the comparison of two cards as a table."""
    return [
        CompareRow(
            metric_name(each.name)
            + (f", {each.slice}" if each.slice else "")
            + (f" ({each.measured})" if each.measured else ""),
            measure(each.before),
            measure(each.after),
            _difference(each),
            short_source(each.source),
            evidence_url(each.source),
        )
        for each in differences
    ]


def _difference(each: Difference) -> str:
    """Return how much a metric moved; and, where both intervals are known and meet, that it is not clear yet."""
    said = change(each.change)
    return f"{said}, not clear yet" if each.change and each.clear is False else said
