"""A figure of one metric by group: a dot and its interval for this version, a ring for the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from apps.web.planning.measures import measure, metric_name

LEFT, RIGHT, TOP, ROW = 330, 890, 26, 34
TICKS = 4


@dataclass(frozen=True)
class Mark:
    """One group: its row's height, where its dot, interval and the other version's ring stand."""

    label: str
    y: int
    at: float
    low: float
    high: float
    other: float | None


@dataclass(frozen=True)
class Tick:
    """A line of the grid."""

    x: float
    label: str


@dataclass(frozen=True)
class Figure:
    """What the template draws, with the sentence that says the same."""

    title: str
    said: str
    marks: list[Mark]
    ticks: list[Tick]

    @property
    def bottom(self) -> int:
        """Return the height of the axis."""
        return TOP + ROW * len(self.marks) + 8

    @property
    def height(self) -> int:
        """Return the height of the picture."""
        return self.bottom + 36


def figure_of(metrics: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> Figure | None:
    """Return the figure of the metric that has the most groups with intervals, or None when none has any."""
    whole = [each for each in metrics if None not in (each["value"], each["low"], each["high"])]
    by_name = {name: list(rows) for name, rows in groupby(sorted(whole, key=_name), key=_name)}
    if not by_name:
        return None
    name = max(by_name, key=lambda each: (len(by_name[each]), each))
    rows = by_name[name]
    before = {each["slice"]: each["value"] for each in others if each["name"] == name}
    known = [value for value in before.values() if value is not None]
    ends = [*known, *(row[side] for row in rows for side in ("low", "value", "high"))]
    step = _step(min(ends), max(ends))
    first = math.floor(min(ends) / step) * step
    last = max(math.ceil(max(ends) / step) * step, first + step)

    def at(value: float) -> float:
        return round(LEFT + (value - first) / (last - first) * (RIGHT - LEFT), 1)

    marks = [
        Mark(
            row["slice"] or "All cases",
            TOP + ROW * place + ROW // 2,
            at(row["value"]),
            at(row["low"]),
            at(row["high"]),
            at(before[row["slice"]]) if before.get(row["slice"]) is not None else None,
        )
        for place, row in enumerate(rows)
    ]
    count = round((last - first) / step)
    values = [first + step * place for place in range(count + 1)]
    ticks = [Tick(at(value), measure(round(value, 10))) for value in values]
    return Figure(metric_name(name), _said(name, rows), marks, ticks)


def _name(metric: dict[str, Any]) -> str:
    return str(metric["name"])


def _step(low: float, high: float) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that cuts the range into a few parts."""
    rough = (high - low) / TICKS or abs(high) / TICKS or 1.0
    size = 10.0 ** math.floor(math.log10(rough))
    return next(times * size for times in (1, 2, 5, 10) if times * size >= rough)


def _said(name: str, rows: list[dict[str, Any]]) -> str:
    parts = []
    for row in rows:
        value, low, high = (measure(row[side]) for side in ("value", "low", "high"))
        parts.append(f"{row['slice'] or 'All cases'} {value}, between {low} and {high}")
    return f"{metric_name(name)} with its 95% interval. {'; '.join(parts)}."
