from typing import Any

import pytest

from apps.cards.rules.checking import check
from apps.cards.rules.fields import BY_NAME, FIELDS, SECTIONS, WRITTEN, completeness
from apps.core.errors import Invalid


def test_fields_stand_together_in_the_order_of_their_sections_and_each_once() -> None:
    assert list(dict.fromkeys(field.section for field in FIELDS)) == list(SECTIONS)
    sections = [field.section for field in FIELDS]
    assert sections == sorted(sections, key=list(SECTIONS).index)
    assert len(BY_NAME) == len(FIELDS)


def test_completeness_asks_more_of_a_critical_model_than_of_a_minor_one() -> None:
    content = {"overview": "It scores loans.", "intended_use": " ", "metrics": [{"name": "auc", "value": 0}]}
    least, most = completeness(content, 4), completeness(content, 1)
    assert least.sentence == (
        "The card lacks its owners, training data, intended use, limitations and retraining triggers."
    )
    assert {field.name for field in least.needed} < {field.name for field in most.needed}
    assert most.total == len(WRITTEN)
    assert [field.name for field in most.filled] == ["overview", "metrics"]


def test_check_trims_drops_empty_rows_and_gives_each_row_its_columns() -> None:
    checked = check(
        {
            "overview": "  It scores\r\nloans. ",
            "tags": ["loans", "", "loans"],
            "ethical_risks": [{"name": ""}, {"name": "Thin files"}],
            "metrics": [{"name": "auc", "value": "0.9", "sample_size": "120"}],
        }
    )
    assert not checked.faults
    assert checked.content["overview"] == "It scores\nloans."
    assert checked.content["tags"] == ["loans"]
    assert checked.content["ethical_risks"] == [{"name": "Thin files", "mitigation": ""}]
    metric = checked.content["metrics"][0]
    assert (metric["value"], metric["sample_size"], metric["low"], metric["slice"]) == (0.9, 120, None, "")


@pytest.mark.parametrize(
    ("field", "value", "row", "column", "says"),
    [
        ("colour", "red", None, "", "A card has no field “colour”."),
        ("risk_tier", "1", None, "", "The portal fills this in"),
        ("overview", 7, None, "", "Give a text."),
        ("overview", "a\x00b", None, "", "nobody can see or keep"),
        ("overview", "a" * 50_001, None, "", "this has 50,001"),
        ("task", "one\ntwo", None, "", "one line"),
        ("approach", "magic", None, "", "“magic” is no choice"),
        ("next_validation", "soon", None, "", "“soon” is no day"),
        ("tags", "loans", None, "", "Give a list of lines."),
        ("owners", [True], None, "", "Give the numbers of people."),
        ("metrics", "auc", None, "", "Give a list of rows."),
        ("metrics", ["auc"], 1, "", "names and values"),
        ("metrics", [{"value": 1}], 1, "name", "Fill this in."),
        ("metrics", [{"name": "auc", "value": True}], 1, "value", "Give a number."),
        ("metrics", [{"name": "auc", "value": float("nan")}], 1, "value", "Leave it empty"),
        ("metrics", [{"name": "auc", "value": 10**400}], 1, "value", "is no number"),
        ("metrics", [{"name": "auc", "low": 2, "high": 1}], 1, "high", "ends before it starts"),
        ("metrics", [{"name": "auc"}, {"name": "auc"}], 2, "name", "“auc” is there twice."),
        ("metrics", [{"name": "auc", "sample_size": 0.5}], 1, "sample_size", "no whole number"),
        ("datasets", [{"name": "loans", "colour": "red"}], 1, "", "no column “colour”"),
        ("extra", {"toolkit": 7}, None, "", "Give texts of files by their format"),
        ("extra", {"word": "text"}, None, "", "Give texts of files by their format"),
        ("retraining_triggers", [{"kind": "schedule", "every": 3}], 1, "unit", "Fill this in."),
        (
            "retraining_triggers",
            [{"kind": "drift", "what": "PSI", "beyond": "above"}],
            1,
            "threshold",
            "Fill",
        ),
    ],
)
def test_check_when_something_is_wrong_says_where(
    field: str, value: Any, row: int | None, column: str, says: str
) -> None:
    fault = check({field: value}).faults[0]
    assert (fault.field, fault.row, fault.column) == (field, row, column)
    assert says in fault.says


def test_whole_when_a_row_is_wrong_is_invalid_with_the_row_and_the_column() -> None:
    with pytest.raises(Invalid) as caught:
        check({"metrics": [{"name": "auc"}, {"name": "auc"}, {"name": "f1", "low": "x"}]}).whole()
    assert caught.value.fields == {
        "metrics": ["Row 2, metric: “auc” is there twice.", "Row 3, interval from: “x” is no number."]
    }
