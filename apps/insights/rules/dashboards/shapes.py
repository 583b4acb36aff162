"""Shapes that several charts share: a share by month, lengths of time by name, and numbers by month."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

import plotly.graph_objects as go

from apps.insights.rules.charts import (
    ACCENT,
    CONTROL,
    INK_2,
    NOT_MEASURED,
    SURFACE,
    TINT,
    Cell,
    Chart,
    Drawing,
    drawn,
    number,
)
from apps.insights.rules.scope import EMPTY, Bucket, Counted, Scope, added
from apps.insights.rules.statistics import interval, within

Link = Callable[[str, str], str]
"""Gives the address of the records behind a number, by its name and the key that it stands under."""
NONE = "rgba(0,0,0,0)"
FEW = 8
"""From so many on, Plotly marks an axis of counts at whole numbers by itself."""


@dataclass(frozen=True)
class Asked:
    """What a chart is made for: the period with its filters, now, and where the numbers lead."""

    scope: Scope
    now: datetime
    link: Link

    def months(self, counted: Counted) -> list[tuple[str, str, Bucket]]:
        """Return each month of the period with its name and what was counted in it."""
        found = []
        for month in self.scope.months():
            named = f"{_first(month):%B %Y}"
            so_far = " so far" if self.scope.is_partial(month, self.now) else ""
            found.append((month, named + so_far, counted.get(month, EMPTY)))
        return found

    def cell(self, bucket: Bucket, name: str, key: str) -> Cell:
        """Return the cell of a number, which leads to its records where there are any."""
        count = bucket.counts.get(name, 0)
        return number(count, self.link(name, key) if count else "")


def chart(
    slug: str,
    title: str,
    about: str,
    how: str,
    heads: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
    drawing: Drawing | None,
    says: str = "",
) -> Chart:
    """Return a chart whose sentence for whoever cannot see it leads on to its table."""
    cells = tuple(tuple(Cell(one) if isinstance(one, str) else one for one in row) for row in rows)
    said = f"{title}. {about}. The table holds each number."
    return Chart(slug, title, about, said, how, heads, cells, drawing, says)


def _first(month: str) -> datetime:
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)


def ticks(months: Sequence[str]) -> list[str]:
    """Return what stands under each month: the year too, where it begins."""
    return [
        f"{_first(month):%b}<br>{month[:4]}" if not place or month.endswith("-01") else f"{_first(month):%b}"
        for place, month in enumerate(months)
    ]


def axis_of(months: Sequence[str]) -> dict[str, Any]:
    """Return an axis of months that are told apart by year, with a name under each that has room."""
    step = -(-len(months) // 12)
    shown = list(months)[::step]
    return {"type": "category", "tickvals": shown, "ticktext": ticks(shown)}


def whole_numbers(most: float) -> dict[str, Any]:
    """Return an axis of counts up to ``most``: under a few, Plotly would write halves of what has none."""
    return {"dtick": 1} if most < FEW else {}


def percent(share: float | None) -> Cell:
    """Return the cell of a share; of nothing there is none."""
    return NOT_MEASURED if share is None else Cell(f"{share:.0%}", round(share, 4))


def share_by_month(asked: Asked, counted: Counted, part: str, whole: str, name: str) -> Drawing:
    """Return the drawing of a share by month, with its 95% interval; a month in which nothing counts is left out."""
    measured = [
        (month, said, bucket) for month, said, bucket in asked.months(counted) if bucket.counts.get(whole)
    ]
    months = [month for month, _, _ in measured]
    shares = [bucket.counts[part] / bucket.counts[whole] for _, _, bucket in measured]
    bands = [interval(bucket.counts[part], bucket.counts[whole]) or (0, 0) for _, _, bucket in measured]
    partial = [asked.scope.is_partial(month, asked.now) for month in months]
    said = [f"{said}: {share:.0%}" for (_, said, _), share in zip(measured, shares, strict=True)]
    every = list(asked.scope.months())
    edge = {"mode": "lines", "line": {"color": ACCENT, "width": 0}, "hoverinfo": "skip"}
    marker = {"size": 8, "color": [SURFACE if each else ACCENT for each in partial]}
    return drawn(
        go.Scatter(x=months, y=[high for _, high in bands], showlegend=False, **edge),
        go.Scatter(
            x=months, y=[low for low, _ in bands], fill="tonexty", fillcolor=TINT, name="95% interval", **edge
        ),
        go.Scatter(
            x=months, y=shares, mode="lines+markers", line={"color": ACCENT, "width": 2.5}, name=name, text=said,
            hovertemplate="%{text}<extra></extra>",
            marker={**marker, "line": {"color": ACCENT, "width": 2}},
        ),
        xaxis={**axis_of(every), "categoryarray": every, "range": [-0.5, len(every) - 0.5]},
        yaxis={"tickformat": ".0%"},
    )  # fmt: skip


def numbers_by_month(asked: Asked, counted: Counted, parts: Mapping[str, tuple[str, str]]) -> Drawing:
    """Return bars by month. ``parts`` maps what is counted to its name and colour, from the axis outwards."""
    months = list(asked.scope.months())
    found = [bucket for _, _, bucket in asked.months(counted)]
    bars = [
        go.Bar(
            x=months,
            y=[bucket.counts.get(part, 0) for bucket in found],
            name=name,
            marker={"color": colour, "line": {"color": CONTROL, "width": 1}},
            hovertemplate=f"{name}: %{{y:,}}<extra></extra>",
        )
        for part, (name, colour) in parts.items()
    ]
    most = max((sum(bucket.counts.get(part, 0) for part in parts) for bucket in found), default=0)
    return drawn(*bars, xaxis=axis_of(months), yaxis=whole_numbers(most), barmode="stack", bargap=0.35)


def lengths(
    rows: Iterable[tuple[str, Cell, Cell]], unit: str, goal: tuple[float, str] | None = None
) -> Drawing | None:
    """Return bars of how long it takes: within the first number half are done, within the second nine in ten.

    What is not measured has no bar; where nothing is, there is nothing to draw. A ``goal`` is a line with its words.
    """
    measured = [(escape(name), half.value, most.value) for name, half, most in rows if half.value is not None]
    names, halves, mosts = ([row[place] for row in measured] for place in range(3))
    if not measured:
        return None
    return drawn(
        _bar(names, mosts, "Nine in ten within", NONE, CONTROL, unit, 0.34),
        _bar(names, halves, "Half within", ACCENT, ACCENT, unit, 0.5),
        barmode="overlay",
        height=96 + 40 * len(names),
        xaxis={"showgrid": True, "showline": False, "ticksuffix": f" {unit}", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showgrid": False, "showline": True, "ticklabelstandoff": 8},
        legend={"y": -0.14 - 0.4 / (len(names) + 1), "traceorder": "reversed"},
        **(_goal(*goal) if goal else {}),
    )


def _goal(value: float, words: str) -> Drawing:
    """Return what draws a line at a value of the axis along which bars lie, with its words on top."""
    at = {"xref": "x", "yref": "paper"}
    line = {"type": "line", "x0": value, "x1": value, "y0": 0, "y1": 1, **at}
    said = {"text": words, "x": value, "y": 1, "yanchor": "bottom", "showarrow": False, **at}
    return {
        "shapes": [line | {"line": {"color": INK_2, "width": 1.5, "dash": "dot"}}],
        "annotations": [said | {"font": {"color": INK_2, "size": 13}}],
        "margin": {"t": 28},
    }


def _bar(
    names: list[Any], values: list[Any], name: str, fill: str, edge: str, unit: str, width: float
) -> go.Bar:
    return go.Bar(
        x=values,
        y=names,
        orientation="h",
        name=name,
        width=width,
        marker={"color": fill, "line": {"color": edge, "width": 1.3}},
        hovertemplate=f"{name} %{{x}} {unit}<extra></extra>",
    )


def half_and_most(bucket: Bucket, scale: float = 1) -> tuple[Cell, Cell]:
    """Return within how long half were done, and nine in ten, in units of ``scale`` begun ones."""
    found = [within(bucket.spread, share) for share in (0.5, 0.9)]
    half, most = (
        NOT_MEASURED
        if each is None
        else Cell(f"{each / scale:,.1f}" if scale > 1 else f"{each:,}", round(each / scale, 1))
        for each in found
    )
    return half, most


def whole(counted: Counted) -> Bucket:
    """Return everything that was counted, under one key."""
    return added(counted.values())


def numbers_by_name(names: Sequence[str], parts: Mapping[str, tuple[Sequence[float], str]]) -> Drawing:
    """Return bars beside names. ``parts`` maps the name of each part to its numbers and colour."""
    bars = [
        go.Bar(
            x=list(values),
            y=[escape(name) for name in names],
            orientation="h",
            name=part,
            width=0.5,
            marker={"color": colour, "line": {"color": CONTROL, "width": 1}},
            hovertemplate=f"{part}: %{{x:,}}<extra></extra>",
        )
        for part, (values, colour) in parts.items()
    ]
    most = max(
        (sum(numbers) for numbers in zip(*(values for values, _ in parts.values()), strict=True)), default=0
    )
    return drawn(
        *bars,
        barmode="stack",
        height=96 + 40 * len(names),
        xaxis={"showgrid": True, "showline": False, "rangemode": "tozero", **whole_numbers(most)},
        yaxis={"autorange": "reversed", "showgrid": False, "showline": True, "ticklabelstandoff": 8},
        legend={"y": -0.14 - 0.4 / (len(names) + 1)},
    )
