from typing import Any

import pytest

from apps.insights.rules.slices import charts_of


def metric(name: str, group: str, value: float | None, **more: Any) -> dict[str, Any]:
    blank = dict.fromkeys(("dataset", "split", "task"), "")
    numbers = {"low": None, "high": None, "sample_size": None}
    return {"name": name, "slice": group, "value": value, "source": ""} | blank | numbers | more


ROWS = [
    metric("auc", "", 0.9, low=0.88, high=0.92, sample_size=1200),
    metric("auc", "Ages 18 to 24", 0.8, low=0.7, high=0.95),
    metric("auc", "Over 60", None),
    metric("loss", "", 0.3),
]


def test_chart_draws_each_group_with_its_interval_and_its_table_holds_the_others_too() -> None:
    [chart] = charts_of(ROWS, [metric("auc", "", 0.85), metric("auc", "Over 60", 0.4)], "13", "12")
    assert chart.heads == ("Group", "Cases", "Version 13", "From", "To", "Version 12")
    assert [[cell.said for cell in row] for row in chart.rows] == [
        ["All cases", "1,200", "0.9", "0.88", "0.92", "0.85"],
        ["Ages 18 to 24", "Not given", "0.8", "0.7", "0.95", "Not measured"],
        ["Over 60", "Not given", "Not measured", "Not given", "Not given", "0.4"],
    ]
    assert chart.drawing is not None
    dots, rings = chart.drawing["data"]
    assert list(dots["y"]) == ["All cases", "Ages 18 to 24"]
    assert dots["error_x"]["array"] == pytest.approx([0.02, 0.15])
    assert list(rings["x"]) == [0.85, None]
    assert "Ages 18 to 24 0.8, between 0.7 and 0.95" in chart.said


def test_chart_of_what_has_no_interval_or_lies_outside_its_own_is_not_drawn() -> None:
    assert charts_of([metric("auc", "", 0.9), metric("gap", "", 3.0, low=1.0, high=2.0)], [], "1", "") == []


def test_charts_of_a_card_with_many_metrics_are_a_few_the_richest_first() -> None:
    many = [metric(f"m{place}", "", 1.0, low=0.5, high=1.5) for place in range(9)]
    charts = charts_of([*many, *ROWS], [], "1", "")
    assert [len(chart.rows) for chart in charts] == [3, 1, 1, 1]
    assert len({chart.slug for chart in charts}) == 4
