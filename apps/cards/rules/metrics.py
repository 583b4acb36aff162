"""The shape of a metric on a card: {name, value, slice, low, high, source}. Not measured is null, never 0."""

import math
from collections.abc import Sequence
from typing import Any

from apps.core.errors import Invalid

KEYS = ("name", "value", "slice", "low", "high", "source")
MOST = 200


def checked_metrics(metrics: Any) -> list[dict[str, Any]]:
    """Return the metrics with every key in place.

    Raises:
        Invalid: (``metrics``) a metric has no name, is there twice, or holds something that is no number.
    """
    if not isinstance(metrics, Sequence) or isinstance(metrics, str) or len(metrics) > MOST:
        raise Invalid({"metrics": [f"Give a list of at most {MOST} metrics."]})
    checked = [_checked(row, place) for place, row in enumerate(metrics, start=1)]
    names = [(row["name"], row["slice"]) for row in checked]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        said = f"{twice[0]} on {twice[1]}" if twice[1] else twice[0]
        raise Invalid({"metrics": [f"“{said}” is there twice."]})
    return checked


def _checked(row: Any, place: int) -> dict[str, Any]:
    if not isinstance(row, dict) or not str(row.get("name") or "").strip():
        raise Invalid({"metrics": [f"Metric {place} has no name."]})
    name = str(row["name"]).strip()
    numbers = {key: _number(row.get(key), name) for key in ("value", "low", "high")}
    low, high = numbers["low"], numbers["high"]
    if low is not None and high is not None and low > high:
        raise Invalid({"metrics": [f"The interval of {name} ends before it starts."]})
    texts = {key: str(row.get(key) or "").strip()[:200] for key in ("slice", "source")}
    return {"name": name[:200], **texts, **numbers}


def _number(value: Any, name: str) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise Invalid({"metrics": [f"“{value}” is no number, at {name}."]}) from None
    if not math.isfinite(number):
        raise Invalid(
            {"metrics": [f"“{value}” is no number, at {name}. Leave it empty if it was not measured."]}
        )
    return number
