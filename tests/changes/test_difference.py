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


def test_freeze_that_moves_is_told_on_the_clock_that_the_change_is_planned_by() -> None:
    window = {"time_zone": "Europe/Madrid"}
    row = {"ref": "FRZ-3", "title": "Peak", "start": "2026-07-19T22:00:00Z", "end": "2026-07-20T04:00:00Z"}
    before, after = (
        {"window": window, "freezes": rows} for rows in ([row], [row | {"end": "2026-07-20T05:00:00Z"}])
    )
    [found] = differences_between(before, after)
    assert found.line == (
        "Freeze: Peak, end: Mon 20 Jul 2026, 06:00 (Europe/Madrid) → Mon 20 Jul 2026, 07:00 (Europe/Madrid)"
    )
    [new] = differences_between({"window": window}, before)
    assert new.after == "FRZ-3, Mon 20 Jul 2026, 00:00 to Mon 20 Jul 2026, 06:00 (Europe/Madrid)"
    # The hour that comes twice reads alike: then what was signed is shown.
    twice = [row | {"end": f"2026-10-25T0{hour}:30:00Z"} for hour in (0, 1)]
    [found] = differences_between(*({"window": window, "freezes": [each]} for each in twice))
    assert found.after == '"2026-10-25T01:30:00Z"'
