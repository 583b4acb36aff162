from typing import Any

import pytest

from apps.cards.rules import (
    dataset_rows,
    differences,
    field_differences,
    from_first_shape,
    merged,
    metric_row,
    metrics_of,
    sources_after,
    training_text,
)
from apps.cards.rules.checking import check


def metric(name: str, value: float | None, **more: Any) -> dict[str, Any]:
    return metric_row(name=name, value=value, source="run 1") | more


def test_metrics_of_when_bounds_are_recorded_are_one_metric_with_an_interval() -> None:
    found = metrics_of(
        {"auc": 0.9, "auc_low": 0.88, "auc_high": 0.92, "shallow": 1.0, "answer_ms": None}, "run 1"
    )
    assert found == [
        metric("answer_ms", None),
        metric("auc", 0.9, low=0.88, high=0.92),
        metric("shallow", 1.0),
    ]


def test_merged_rows_of_a_person_stay_in_their_places_and_those_of_the_source_follow_it() -> None:
    gave = [metric("auc", 0.90), metric("loss", 0.3), metric("gone", 1.0)]
    held = [metric("auc", 0.95, source="Audit"), *gave[1:], metric("auc", 0.8, slice="young")]
    gives = [metric("auc", 0.91), metric("loss", 0.2), metric("new", 2.0)]
    after = [
        metric("auc", 0.95, source="Audit"),
        metric("loss", 0.2),
        metric("auc", 0.8, slice="young"),
        metric("new", 2.0),
    ]
    assert merged("metrics", held, gave, gives) == after
    assert merged("metrics", after, gives, gives) == after


@pytest.mark.parametrize(
    ("held", "gave", "after"),
    [("", None, "Theirs"), ("Old", "Old", "Theirs"), ("Mine", "Old", "Mine"), ("Mine", None, "Mine")],
)
def test_merged_text_follows_its_source_until_a_person_writes(
    held: str, gave: str | None, after: str
) -> None:
    assert merged("overview", held, gave, "Theirs") == after


def test_sources_of_rows_name_each_of_which_a_row_is_left() -> None:
    given = {"registry": {"metrics": [metric("auc", 0.9)]}, "evidence": {"metrics": [metric("ms", 4)]}}
    registry, person = ({"kind": kind, "ref": "7"} for kind in ("registry", "person"))
    value = [metric("auc", 0.9), metric("gap", 1.0)]
    assert sources_after("metrics", value, [registry], person, given) == [registry, person]
    assert sources_after("metrics", [metric("gap", 1.0)], [registry], person, given) == [person]
    assert sources_after("overview", "Mine", [registry], person, given) == [person]


def test_first_shape_loses_nothing_and_is_in_the_shape_of_today() -> None:
    first = {
        "overview": "Scores.", "ethical_risks": "Thin files.\nCompared each month.", "owners": [3],
        "retraining_triggers": ["Each quarter"], "metrics": [{"name": "auc", "slice": "", "value": 0.9,
        "low": None, "high": None, "source": "run 1"}],
    }  # fmt: skip
    fields = from_first_shape(first)
    assert fields["ethical_risks"] == [
        {"name": "Ethical risks", "mitigation": "Thin files.\nCompared each month."}
    ]
    assert (
        fields["retraining_triggers"][0] | {"kind": "event", "what": "Each quarter"}
        == (fields["retraining_triggers"][0])
    )
    assert check(fields).faults == ()
    assert check(fields).content == fields
    assert from_first_shape({"ethical_risks": "  "}) == {"ethical_risks": []}


def test_datasets_of_a_run_are_rows_with_what_the_catalog_knows() -> None:
    rows = dataset_rows(
        [{"name": "loans", "digest": "9f3c", "context": "training"}, {"digest": "x"}, {"name": "rates"}],
        {"loans": {"classification": "Restricted"}},
    )
    assert [(row["name"], row["split"], row["classification"]) for row in rows] == [
        ("loans", "training", "Restricted"),
        ("rates", "", ""),
    ]
    assert check({"datasets": rows}).content["datasets"] == rows


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


def test_difference_is_clear_only_where_both_intervals_are_known_and_apart() -> None:
    old, new = metric("auc", 0.8, low=0.78, high=0.82), metric("auc", 0.9, low=0.81, high=0.95)
    assert [row.clear for row in differences([old], [new])] == [False]
    assert differences([old], [new | {"low": 0.83}])[0].clear is True
    assert differences([old], [metric("auc", 0.9)])[0].clear is None


def test_field_differences_pass_over_what_is_empty_on_both() -> None:
    found = field_differences({"overview": "A", "tags": []}, {"overview": "B", "tasks": "", "metrics": [1]})
    assert [row.field.name for row in found] == ["overview"]
