"""A chart as people read it: what it shows in a sentence, the drawing, the table with the same numbers, and how they
were counted. Pure.

Plotly makes the drawing (https://plotly.com/python/reference/) and the browser draws it (``static/charts.js``). Colours
are the names of tokens (``static/css/base.css``), so that one drawing serves light, dark and paper.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import plotly.graph_objects as go

Drawing = dict[str, Any]
"""What Plotly draws: ``data`` and ``layout``, as plain JSON."""

ACCENT, TINT, SURFACE = "var(--accent)", "var(--accent-tint)", "var(--surface)"
INK, INK_2, LINE, CONTROL, BLOCKED = (
    f"var({name})" for name in ("--ink", "--ink-2", "--line", "--control", "--blocked")
)
HEIGHT = 250
"""How high a drawing is unless it says otherwise, in pixels."""


@dataclass(frozen=True)
class Cell:
    """A cell of the table: what people read, the number behind it, and the address of the records that it counts.

    ``value`` is what a spreadsheet gets; without one it gets what people read.
    """

    said: str
    value: float | None = None
    href: str = ""


NOT_MEASURED = Cell("Not measured")
"""What stands where nothing was measured. It is never 0."""


@dataclass(frozen=True)
class Chart:
    """A chart with all that stands beside it. The first cell of each row is its head.

    ``title`` says what the numbers say, ``about`` what they are, ``said`` both in one sentence for whoever cannot see
    the drawing. ``drawing`` is None where nothing can be drawn: ``title`` then says so. ``says`` tells what the title
    leaves out, in plain words.
    """

    slug: str
    title: str
    about: str
    said: str
    how: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    drawing: Drawing | None = None
    says: str = ""

    @property
    def drawing_id(self) -> str:
        """Return the id under which the page holds the drawing, for the browser to find."""
        return f"{self.slug}-drawing"


def number(count: int, href: str = "") -> Cell:
    """Return the cell of a whole number."""
    return Cell(f"{count:,}", count, href)


def drawn(*traces: Any, height: int = HEIGHT, **layout: Any) -> Drawing:
    """Return what Plotly draws of traces of ``plotly.graph_objects``, in the look of the house.

    ``layout`` is laid over the house's, one level deep. A property that Plotly does not have raises ValueError.
    """
    # A figure would check traces and layout a second time, and the house's look anew for each chart.
    given = go.Layout(height=height, showlegend=len(traces) > 1, **layout).to_plotly_json()
    house = _house()
    laid = {
        name: {**house.get(name, {}), **said} if isinstance(said, dict) else said
        for name, said in given.items()
    }
    return {"data": [trace.to_plotly_json() for trace in traces], "layout": {**house, **laid}}


@cache
def _house() -> Drawing:
    """Return the layout of every chart, as Plotly checked it once."""
    axis = {
        "gridcolor": LINE,
        "linecolor": CONTROL,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": INK_2},
    }
    house: Drawing = go.Layout(
        xaxis={**axis, "showgrid": False, "showline": True},
        yaxis={**axis, "rangemode": "tozero", "showline": False},
        font={"family": "Source Sans 3 Variable, system-ui, sans-serif", "size": 13, "color": INK_2},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 24, "t": 12, "b": 8},
        legend={
            "orientation": "h",
            "x": 0,
            "y": -0.24,
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        hoverlabel={"bgcolor": SURFACE, "bordercolor": CONTROL, "font": {"color": INK}},
        hovermode="closest",
        dragmode=False,
        template="none",
    ).to_plotly_json()
    return house
