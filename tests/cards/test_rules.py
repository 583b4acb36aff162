from typing import Any

import pytest

from apps.cards.rules import (
    checked_metrics,
    completeness,
    differences,
    merged_metrics,
    metrics_of,
    training_text,
)
from apps.core.errors import Invalid


def metric(name: str, value: float | None, **more: Any) -> dict[str, Any]:
    return {"name": name, "slice": "", "value": value, "low": None, "high": None, "source": "run 1"} | more


def test_completeness_when_required_fields_are_blank_names_them() -> None:
    lacks = completeness({"overview": "It scores loans.", "intended_use": "  ", "metrics": []})
    assert (len(lacks.filled), lacks.total) == (1, 10)
    assert lacks.sentence == (
        "The card lacks its intended use, limitations, training data, metrics, retraining triggers and owners."
    )


def test_metrics_of_when_bounds_are_recorded_are_one_metric_with_an_interval() -> None:
    found = metrics_of(
        {"auc": 0.9, "auc_low": 0.88, "auc_high": 0.92, "shallow": 1.0, "answer_ms": None}, "run 1"
    )
    assert found == [
        metric("answer_ms", None),
        metric("auc", 0.9, low=0.88, high=0.92),
        metric("shallow", 1.0),
    ]


def test_merged_when_a_person_wrote_a_metric_it_stays() -> None:
    gave = [metric("auc", 0.90), metric("loss", 0.3)]
    held = [metric("auc", 0.95, source="Audit"), metric("loss", 0.3), metric("auc", 0.8, slice="young")]
    assert merged_metrics(held, gave, [metric("auc", 0.91), metric("loss", 0.2)]) == [
        metric("loss", 0.2),
        metric("auc", 0.95, source="Audit"),
        metric("auc", 0.8, slice="young"),
    ]


def test_training_text_when_a_digest_is_missing_says_so() -> None:
    said = training_text([{"name": "loans", "digest": "9f3c", "context": "training"}, {"name": "rates"}])
    assert said == "loans, for training (digest 9f3c)\nrates (no digest recorded)"


def test_differences_when_one_side_was_not_measured_has_no_change() -> None:
    rows = differences([metric("auc", 0.83), metric("gap", 2.0)], [metric("ms", None), metric("auc", 0.84)])
    assert [(row.name, row.before, row.after) for row in rows] == [
        ("ms", None, None),
        ("auc", 0.83, 0.84),
        ("gap", 2.0, None),
    ]
    assert rows[1].change == pytest.approx(0.01)
    assert rows[2].change is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"value": 1}], "Metric 1 has no name."),
        ([metric("auc", 0.9), metric("auc", 0.8)], "“auc” is there twice."),
        ([metric("auc", 0.9, slice="a"), metric("auc", 0.8, slice="a")], "“auc on a” is there twice."),
        ([{"name": "auc", "value": "high"}], "“high” is no number, at auc."),
        ([{"name": "auc", "value": float("nan")}], "Leave it empty if it was not measured."),
        ([{"name": "auc", "low": 2, "high": 1}], "The interval of auc ends before it starts."),
        ("auc", "Give a list of at most 200 metrics."),
    ],
)
def test_metrics_when_wrong_say_which(rows: Any, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_metrics(rows)
    assert said in caught.value.fields["metrics"][0]


def test_metrics_when_empty_are_not_measured() -> None:
    assert checked_metrics([{"name": "auc", "value": ""}])[0]["value"] is None
    assert checked_metrics([{"name": "auc", "value": 0}])[0]["value"] == 0
