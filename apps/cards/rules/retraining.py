"""What makes a model due for training again: triggers in words, when a schedule is due, and how the others stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

_KINDS = {
    "schedule": "Schedule",
    "drift": "The data has changed",
    "performance": "Results slip",
    "regulation": "A rule changes",
    "event": "Something happens",
}
_LAST = date(2199, 12, 31)


@dataclass(frozen=True)
class Trigger:
    """A trigger: what kind it is, its rule in words, and how it stands.

    A schedule has ``due``. Drift and performance have ``value``, the last that is known, and ``reached``; both are
    None where it was not measured. Regulation and events are for people to see.
    """

    kind: str
    label: str
    rule: str
    due: date | None = None
    measured: bool = False
    value: float | None = None
    reached: bool | None = None
    source: str = ""


def triggers_of(
    rows: Iterable[Mapping[str, Any]], made: date | None, metrics: Sequence[Mapping[str, Any]]
) -> list[Trigger]:
    """Return the triggers of a card, of a version that was made on a day and of which this was measured."""
    return [_trigger(row, made, metrics) for row in rows]


def retrain_by(rows: Iterable[Mapping[str, Any]], made: date | None) -> date | None:
    """Return the first day on which a schedule makes a version due, or None where none does."""
    return min(filter(None, (_due(row, made) for row in rows)), default=None)


def _trigger(row: Mapping[str, Any], made: date | None, metrics: Sequence[Mapping[str, Any]]) -> Trigger:
    kind = row["kind"]
    if kind == "schedule":
        return Trigger(kind, _KINDS[kind], _every(row), due=_due(row, made))
    if kind not in ("drift", "performance"):
        return Trigger(kind, _KINDS[kind], row["what"])
    found = next((one for one in metrics if _names(one, row["what"]) and one["value"] is not None), None)
    value = found["value"] if found else None
    reached = None if value is None else _beyond(value, row)
    rule = f"{row['what']} {row['beyond']} {row['threshold']:g}"
    source = str(found["source"]) if found else ""
    return Trigger(kind, _KINDS[kind], rule, None, True, value, reached, source)


def _names(metric: Mapping[str, Any], what: str) -> bool:
    return not metric["slice"] and metric["name"].strip().lower() == what.strip().lower()


def _beyond(value: float, row: Mapping[str, Any]) -> bool:
    return bool(value > row["threshold"]) if row["beyond"] == "above" else bool(value < row["threshold"])


def _every(row: Mapping[str, Any]) -> str:
    return f"Every {row['unit']}" if row["every"] == 1 else f"Every {row['every']} {row['unit']}s"


def _due(row: Mapping[str, Any], made: date | None) -> date | None:
    """Return the day on which a schedule makes it due; none where that is further away than dates go."""
    if row["kind"] != "schedule" or made is None:
        return None
    if row["every"] > 1_000 * 366:
        return None
    try:
        day = made + relativedelta(**{f"{row['unit']}s": row["every"]})
    except (OverflowError, ValueError):
        return None
    return day if day <= _LAST else None
