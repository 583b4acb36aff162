"""What is different between two revisions names the single value that moved, in words."""

from copy import deepcopy
from typing import Any

from apps.changes.rules.difference import Difference, differences_between
from tests.contents import a_content


def changed(**parts: Any) -> list[Difference]:
    return differences_between(a_content(), {**a_content(), **parts})


def test_difference_deep_in_a_version_names_that_value_alone() -> None:
    items = deepcopy(a_content()["items"])
    items[1]["to"]["metrics"]["auc"] = 0.5
    [found] = changed(items=items)
    assert found.field == f"What moves: {items[1]['title']}, new version, measure, auc"
    assert found.after == "0.5"


def test_difference_of_a_new_row_is_one_line() -> None:
    risk = {"text": "It is late", "likelihood": "rare", "harm": "severe", "mitigation": ""}
    [found] = changed(risks=[*a_content()["risks"], risk])
    assert found == Difference(
        "What could go wrong: It is late", "", "Rare, severe harm. Nothing was said about it"
    )


def test_difference_of_a_class_and_a_window_is_said_in_words() -> None:
    window = {**a_content()["window"], "local_start": "2027-01-20T05:30"}
    found = {one.field: one.after for one in changed(**{"class": "urgent"}, window=window)}
    assert found == {"Class": "Urgent", "Starts": "Wed 20 Jan 2027, 05:30"}


def test_difference_of_a_content_with_itself_is_nothing() -> None:
    assert changed() == []
