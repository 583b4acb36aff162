"""Charts: what the browser gets to draw, and the page and the table file around it."""

import json
import re

import plotly.graph_objects as go
import pytest
from django.template.loader import render_to_string

from apps.insights.rules.charts import ACCENT, NOT_MEASURED, Cell, Chart, drawn, number
from apps.insights.rules.dashboards.shapes import numbers_by_name
from apps.web.charts import table_file

CHART = Chart(
    "failed",
    "We break fewer changes",
    "Share that failed, by month",
    "The share fell.",
    "Failed, divided by all.",
    ("Month", "Failed", "Rate"),
    (
        (Cell("Jan"), number(1200, "/changes/?tab=all"), Cell("12%", 0.125)),
        (Cell("=1+1"), number(0), NOT_MEASURED),
    ),
    drawn(go.Scatter(x=["Jan", "</script><b>"], y=[0.125, None], line={"color": ACCENT})),
)


def test_drawn_is_plain_json_in_the_colours_of_tokens() -> None:
    text = json.dumps(CHART.drawing, allow_nan=False)
    colours = re.findall(r'color": "([^"]*)"', text)
    assert colours
    assert all(colour.startswith("var(--") or colour == "rgba(0,0,0,0)" for colour in colours)


def test_drawn_with_a_property_that_plotly_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        drawn(go.Scatter(x=[1], y=[1]), xaxis={"colour": ACCENT})


def test_axis_of_counts_has_no_halves_of_what_is_few() -> None:
    few, many = (
        numbers_by_name(["Overdue", "Later"], {"Late": ([1, 0], ACCENT), "To come": ([1, most], ACCENT)})
        for most in (3, 40)
    )
    assert few["layout"]["xaxis"]["dtick"] == 1
    assert "dtick" not in many["layout"]["xaxis"]


def test_chart_shows_its_table_with_links_and_runs_nothing_of_its_words() -> None:
    page = render_to_string("_chart.html", {"chart": CHART, "csv": "/failed.csv"})
    assert '<a href="/changes/?tab=all">1,200</a>' in page
    assert '<a href="/failed.csv">' in page
    assert '<td class="num">Not measured</td>' in page
    assert page.count("<script") == page.count("</script>") == 1
    assert "</script><b>" not in page


def test_table_file_keeps_numbers_and_starts_no_formula() -> None:
    assert table_file(CHART).content.decode() == (
        "Month,Failed,Rate\r\nJan,1200,0.125\r\n'=1+1,0,Not measured\r\n"
    )
