"""What a standard change may say, and what of a change is outside of it; each bound held from both sides."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.changes.enums import StandardState
from apps.changes.rules.risk import Risk
from apps.changes.rules.standard_words import component_name, parts_moved, said_of
from apps.changes.rules.standards import (
    Life,
    Made,
    StandardStep,
    content_from,
    outside,
    too_risky,
    why_not_used,
)
from apps.core.canonical import digest
from apps.core.errors import Invalid
from tests.changes.standards import GIVEN, MODEL

TODAY = date(2026, 11, 9)
FULL = replace(GIVEN, components=(MODEL, "dataset:default/loans"), documents=("test_report",), most_uses=5)
CONTENT = content_from(FULL, set(FULL.components), TODAY)
WITHIN = Made(
    change_class="standard",
    risk=1,
    components=(MODEL,),
    minutes=180,
    steps=("Shadow", "Switch  the alias "),
    rollback_plan="Set the\nalias back.",
    rollback_minutes=4,
    criteria=("It burns", "Approvals fall by two points"),
    documents=frozenset({"test_report", "rollback_plan"}),
)
BEYOND: dict[str, tuple[dict[str, Any], str]] = {
    "another component": ({"components": (MODEL, "model:default/other")}, "moves model:default/other"),
    "more risk": ({"risk": 2}, "risk is moderate"),
    "a longer window": ({"minutes": 181}, "181 minutes long"),
    "another step": ({"steps": ("Shadow", "Switch the alias", "Celebrate")}, "plan"),
    "steps in another order": ({"steps": ("Switch the alias", "Shadow")}, "plan"),
    "another way back": ({"rollback_plan": "We shall see."}, "way back"),
    "a slower way back": ({"rollback_minutes": 5}, "Going back takes 5"),
    "no sign to go back": ({"criteria": ("It burns",)}, "leaves out a sign"),
    "no document": ({"documents": frozenset()}, "Test plan and results"),
    "another class": ({"change_class": "urgent"}, "class is urgent"),
    "no version to use": ({"why_not": "STD-1 is retired."}, "retired"),
}


def test_change_at_every_bound_is_within() -> None:
    assert outside(CONTENT, WITHIN) == []
    assert outside(CONTENT, replace(WITHIN, components=FULL.components)) == []


@pytest.mark.parametrize("how", BEYOND)
def test_change_beyond_one_bound_is_outside_and_says_which(how: str) -> None:
    parts, said = BEYOND[how]
    found = outside(CONTENT, replace(WITHIN, **parts))
    assert len(found) == 1
    assert said in found[0]


@given(st.sets(st.sampled_from(sorted(BEYOND))))
def test_every_way_out_is_named_once(ways: set[str]) -> None:
    """However many bounds a change breaks, each is said; its class alone is said when nothing else is."""
    parts: dict[str, Any] = {}
    for way in sorted(ways):
        parts |= BEYOND[way][0]
    found = outside(CONTENT, replace(WITHIN, **parts))
    steps = {"another step", "steps in another order"}
    expected = len(ways) - (steps <= ways) - ("another class" in ways and len(ways) > 1)
    assert len(found) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "), ("title", "x" * 201), ("summary", ""), ("outcome", ""), ("components", ()),
        ("components", ("model:default/nowhere",)), ("components", tuple(f"model:a/{n}" for n in range(51))),
        ("steps", ()), ("steps", (StandardStep(""),)), ("steps", (StandardStep("Go", 0),)),
        ("steps", (StandardStep("Go"),) * 51), ("most_minutes", 0), ("most_minutes", None), ("most_minutes", 1441),
        ("rollback_plan", ""), ("rollback_minutes", None), ("criteria", ()), ("criteria", ("A", "a ")),
        ("risks", ()), ("documents", ("novel",)), ("most_uses", 0), ("most_uses", 1001),
        ("review_by", TODAY), ("review_by", TODAY - timedelta(days=1)), ("title", "a\x00b"),
    ],
)  # fmt: skip
def test_version_with_something_wrong_says_where(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as error:
        content_from(replace(FULL, **{field: value}), {*FULL.components, "model:a/1"}, TODAY)
    assert set(error.value.fields) == {field}


def test_version_without_an_end_is_refused() -> None:
    with pytest.raises(Invalid, match="for ever"):
        content_from(replace(FULL, most_uses=None, review_by=None), set(FULL.components), TODAY)


def test_only_low_risk_is_standard() -> None:
    assert not too_risky(Risk(1, "It moves 1 component of tier 4."))
    for level in (2, 3, 4):
        assert "low risk" in too_risky(Risk(level, "It moves personal data."))


IN_FORCE = Life("STD-1, version 2", StandardState.IN_FORCE, TODAY)


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (IN_FORCE, ""),
        (replace(IN_FORCE, retired=True), "retired"),
        (replace(IN_FORCE, state="draft"), "draft"),
        (replace(IN_FORCE, state="proposed"), "out for approval"),
        (replace(IN_FORCE, state="rejected"), "rejected"),
        (replace(IN_FORCE, state="withdrawn"), "taken back"),
        (replace(IN_FORCE, state="superseded"), "superseded"),
        (replace(IN_FORCE, state="suspended", stopped_by="CHG-7"), "CHG-7"),
        (replace(IN_FORCE, state="suspended", stopped_by="CHG-7", under_way=True), "CHG-7"),
        (replace(IN_FORCE, state="superseded", under_way=True), ""),
        (replace(IN_FORCE, retired=True, under_way=True), ""),
        (replace(IN_FORCE, state="rejected", under_way=True), "rejected"),
        (replace(IN_FORCE, review_by="2026-11-09"), ""),
        (replace(IN_FORCE, review_by="2026-11-08"), "8 November 2026"),
        (replace(IN_FORCE, review_by="2026-11-08", under_way=True), ""),
        (replace(IN_FORCE, most_uses=2, uses=1), ""),
        (replace(IN_FORCE, most_uses=2, uses=2), "2 times"),
        (replace(IN_FORCE, most_uses=1, uses=1), "once"),
        (replace(IN_FORCE, most_uses=1, uses=1, under_way=True), ""),
    ],
)
def test_version_is_used_only_while_it_may_be(life: Life, said: str) -> None:
    found = why_not_used(life)
    assert bool(found) == bool(said)
    assert said.lower() in found.lower()


def test_difference_between_versions_names_each_part_once_and_nothing_else() -> None:
    longer = content_from(replace(FULL, most_minutes=200, risks=("It sleeps",)), set(FULL.components), TODAY)
    assert [one.label for one in parts_moved(CONTENT, longer)] == ["Longest window", "What could go wrong"]
    assert parts_moved(CONTENT, CONTENT) == []


@given(
    st.sampled_from(
        [
            {"title": "Other"}, {"summary": "Other"}, {"outcome": "Other"}, {"components": (MODEL,)},
            {"steps": (StandardStep("Other", 1),)}, {"steps": (StandardStep("Shadow", 31), GIVEN.steps[1])},
            {"most_minutes": 7}, {"rollback_plan": "Other"}, {"rollback_minutes": 7}, {"criteria": ("Other",)},
            {"risks": ("Other",)}, {"documents": ()}, {"most_uses": 7}, {"most_uses": None},
            {"review_by": date(2028, 1, 1)}, {"review_by": None},
        ]
    )
)  # fmt: skip
def test_no_two_contents_with_other_digests_read_alike(part: dict[str, Any]) -> None:
    """What differs in what is signed differs in what people read, so that nobody signs what they cannot see."""
    other = content_from(replace(FULL, **part), set(FULL.components), TODAY)
    assert digest(other) != digest(CONTENT)
    assert said_of(other) != said_of(CONTENT)
    (moved,) = parts_moved(CONTENT, other)
    assert moved.before != moved.after


def test_component_name_of_keys_alike_tells_them_apart() -> None:
    """What is signed is a key; people read its name, its kind, and its namespace where it is not the usual one."""
    keys = ("model:default/score", "feature_set:default/score", "model:lab/score")
    assert [component_name(key) for key in keys] == [
        "score (model)",
        "score (feature set)",
        "score (model, lab)",
    ]
