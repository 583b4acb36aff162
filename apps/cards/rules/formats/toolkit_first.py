"""What schema 0.0.1 of the Model Card Toolkit says in another way than 0.0.2."""

from collections.abc import Sequence
from typing import Any

from apps.cards.rules.formats.source import number_of

_LISTS = ("users", "use_cases", "limitations", "tradeoffs")


def as_first(built: dict[str, Any], splits: Sequence[str]) -> dict[str, Any]:
    """Return a document of schema 0.0.2 as one of 0.0.1; what that has no place for is left out.

    ``splits`` says for each dataset what it was used for: 0.0.1 keeps one for training and one for tests.
    """
    details = dict(built.get("model_details", {}))
    licences, citations = details.pop("licenses", []), details.pop("citations", [])
    details.pop("documentation", None)
    details.pop("path", None)
    if licences:
        details["license"] = licences[0].get("identifier") or licences[0].get("custom_text")
    if citations:
        details["citation"] = citations[0]["citation"]
    if "references" in details:
        details["references"] = [each["reference"] for each in details["references"]]
    first = {"model_details": details} | {
        "model_parameters": _parameters(built.get("model_parameters", {}), splits),
        "quantitative_analysis": _analysis(built.get("quantitative_analysis", {})),
        "considerations": _considerations(built.get("considerations", {})),
    }
    return {key: value for key, value in first.items() if value or key == "model_details"}


def _parameters(parameters: dict[str, Any], splits: Sequence[str]) -> dict[str, Any]:
    kept = {key: value for key, value in parameters.items() if not key.endswith("_map") and key != "data"}
    data: dict[str, Any] = {}
    for dataset, split in zip(parameters.get("data", []), splits, strict=True):
        side = "train" if split == "training" else "eval"
        data.setdefault(side, {key: dataset[key] for key in ("name", "link") if key in dataset})
    return kept | ({"data": data} if data else {})


def _analysis(analysis: dict[str, Any]) -> dict[str, Any]:
    metrics = [_metric(metric) for metric in analysis.get("performance_metrics", [])]
    metrics = [metric for metric in metrics if "value" in metric or "confidence_interval" in metric]
    return {"performance_metrics": metrics} if metrics else {}


def _metric(metric: dict[str, Any]) -> dict[str, Any]:
    """Return a metric with numbers; an interval needs both ends there."""
    bounds = {key: number_of(value) for key, value in metric.get("confidence_interval", {}).items()}
    plain = {key: value for key, value in metric.items() if key != "confidence_interval"}
    if "value" in plain:
        plain["value"] = number_of(plain["value"])
    return plain | ({"confidence_interval": bounds} if len(bounds) == 2 else {})


def _considerations(considerations: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [each["description"] for each in value] if key in _LISTS else value
        for key, value in considerations.items()
    }
