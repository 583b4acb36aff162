"""One metric of a model by group, with intervals, beside another version: as a chart with its table. Pure."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import plotly.graph_objects as go

from apps.insights.rules.charts import ACCENT, INK_2, NOT_MEASURED, SURFACE, Cell, Chart, drawn

Metric = Mapping[str, Any]
MOST = 4
"""Metrics that are drawn; the table of the card holds all of them."""
ROW, FRAME = 34, 96
_ALL = "All cases"
_HOW = (
    "Each number is a row of the card, as its source gave it. The line is the interval that the source gave; most give"
    " 95%. A group without an interval is in the table alone. Where two intervals meet, the difference is not clear."
)


def charts_of(metrics: Sequence[Metric], others: Sequence[Metric], version: str, other: str) -> list[Chart]:
    """Return a chart of each metric that has an interval for any group, the one with the most groups first."""
    rows = sorted(metrics, key=_name)
    by_name = [(name, list(found)) for name, found in groupby(rows, key=_name)]
    told = [(name, found) for name, found in by_name if any(_is_whole(row) for row in found)]
    told.sort(key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        _chart(place, name, found, [one for one in others if _name(one) == name], version, other)
        for place, (name, found) in enumerate(told[:MOST], start=1)
    ]


def _chart(
    place: int, name: str, rows: list[Metric], others: list[Metric], version: str, other: str
) -> Chart:
    before = {_group(one): one["value"] for one in others}
    whole = [row for row in rows if _is_whole(row)]
    said = "; ".join(
        f"{_group(row)} {row['value']:g}, between {row['low']:g} and {row['high']:g}" for row in whole
    )
    heads = ("Group", "Cases", f"Version {version}", "From", "To", *([f"Version {other}"] if other else []))
    return Chart(
        slug=f"metric-{place}",
        title=f"{name} by group",
        about=f"{name} of version {version}, with its intervals"
        + (f", beside version {other}" if other else ""),
        said=f"{name} with its interval. {said}.",
        how=_HOW,
        heads=heads,
        rows=tuple(_cells(row, before, beside=bool(other)) for row in rows),
        drawing=_drawing(whole, before, version, other),
    )


def _cells(row: Metric, before: Mapping[str, float | None], *, beside: bool) -> tuple[Cell, ...]:
    cells = [
        Cell(_group(row)),
        _number(row["sample_size"], "Not given"),
        *(
            _number(row[key], "Not measured" if key == "value" else "Not given")
            for key in ("value", "low", "high")
        ),
    ]
    if beside:
        cells.append(_number(before.get(_group(row)), "Not measured"))
    return tuple(cells)


def _number(value: float | None, missing: str) -> Cell:
    if value is None:
        return NOT_MEASURED if missing == NOT_MEASURED.said else Cell(missing)
    return Cell(f"{value:,}" if isinstance(value, int) else f"{value:,.4g}", value)


def _drawing(
    rows: list[Metric], before: Mapping[str, float | None], version: str, other: str
) -> dict[str, Any]:
    names = [_group(row) for row in rows]
    dots = go.Scatter(
        x=[row["value"] for row in rows],
        y=names,
        mode="markers",
        name=f"Version {version}, with its interval",
        marker={"color": ACCENT, "size": 11},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row["high"] - row["value"] for row in rows],
            "arrayminus": [row["value"] - row["low"] for row in rows],
            "color": ACCENT,
            "thickness": 2.5,
            "width": 0,
        },
    )
    rings = go.Scatter(
        x=[before.get(name) for name in names],
        y=names,
        mode="markers",
        name=f"Version {other}",
        marker={"color": SURFACE, "size": 9, "line": {"color": INK_2, "width": 2}},
    )
    return drawn(
        *([dots, rings] if other else [dots]),
        height=FRAME + ROW * len(rows),
        xaxis={"showgrid": True, "rangemode": "normal"},
        legend={"y": -0.16 - 0.4 / (len(rows) + 1)},
        yaxis={"autorange": "reversed", "rangemode": "normal", "type": "category"},
    )


def _is_whole(row: Metric) -> bool:
    """Return whether a row has a value within its interval, which alone can be drawn."""
    value, low, high = row["value"], row["low"], row["high"]
    return None not in (value, low, high) and low <= value <= high


def _name(row: Metric) -> str:
    words = str(row["name"]).replace("_", " ").strip()
    return words.upper() if len(words) <= 4 and " " not in words else words[:1].upper() + words[1:]


def _group(row: Metric) -> str:
    said = [row["slice"] or _ALL, *(row[key] for key in ("dataset", "split", "task") if row[key])]
    return ", ".join(said)
