"""The approval policy as a document, and whom its rules ask: against a plain look at every rule and item."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.approvals.enums import Band, SubjectClass, Touch
from apps.approvals.rules import (
    FIRST_POLICY,
    Facts,
    Terms,
    Touched,
    calls,
    needs_under,
    rules_of,
    terms_of,
    times_of,
    with_quorum,
)
from apps.catalog.enums import ComponentKind, DataClass
from apps.changes.enums import ChangeClass
from apps.changes.rules.risk import WORDS
from apps.core.canonical import digest
from apps.core.errors import Invalid
from tests.people import a_need

DUE = datetime(2026, 11, 19, tzinfo=UTC)
SPONSOR = FIRST_POLICY["rules"][0]


def rule(**more: Any) -> dict[str, Any]:
    """Return a rule that asks a validator for each component, but for what is given."""
    good = {
        "id": "extra",
        "role": "validator",
        "asks": "each",
        "question": "Is {} fit?",
        "quorum": {"count": 1},
    }
    return good | more


def document(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"v": 1, "rules": [SPONSOR, *rules]}


def touched(key: str, **more: Any) -> Touched:
    facts = {"kind": "model", "tier": 2, "data_class": "internal", "team_id": 1, "touch": Touch.MOVED} | more
    return Touched(key=key, title=key.title(), reason=f"{key.title()} moves.", **facts)  # type: ignore[arg-type]


def test_first_policy_never_changes() -> None:
    """Rounds cite its digest. Another policy is another version."""
    assert digest(FIRST_POLICY) == "5876e3e8c8d97f830af86976bdcf2196f53c3db38c1164a7a7493fe7bb79c6f8"


def test_classes_and_bands_are_those_of_a_change() -> None:
    assert SubjectClass.choices == ChangeClass.choices
    assert dict(enumerate(Band.labels, start=1)) == WORDS


@pytest.mark.parametrize(
    ("given", "place", "words"),
    [
        ([], "document", "Write an object"),
        ({"v": 2, "rules": [SPONSOR]}, "document", '"v": 1'),
        ({"v": 1, "rules": []}, "rules", "1 to 100"),
        ({"v": 1, "rules": [rule()]}, "rules", "Nobody would be asked"),
        ({"v": 1, "rules": [SPONSOR | {"classes": ["normal"]}]}, "rules", "standard change of low risk"),
        (document(SPONSOR), "rules.2.id", "Another rule is called sponsor"),
        (document(rule(quorum=None)), "rules.2.quorum", "never left blank"),
        (document(rule(quorum={})), "rules.2.quorum", "never left blank"),
        (document(rule(quorum={"count": 0})), "rules.2.quorum", "never left blank"),
        (document(rule(quorum={"count": True})), "rules.2.quorum", "never left blank"),
        (document(rule(quorum={"share": 0})), "rules.2.quorum", "never left blank"),
        (document(rule(quorum={"share": 101})), "rules.2.quorum", "never left blank"),
        (document(rule(quorum={"people": []})), "rules.2.quorum", "never left blank"),
        (document(rule(quorum={"people": ["person:1", "person:1"]})), "rules.2.quorum", "each once"),
        (document(rule(quorum={"count": 1, "share": 50})), "rules.2.quorum", "never left blank"),
        (document(rule(role="executive")), "rules.2.role", "sponsor, steward, validator, owner"),
        (document(rule(asks="")), "rules.2.asks", "once, each"),
        (document(rule(classes=[])), "rules.2.classes", "leave it out for any"),
        (document(rule(kinds=["model", "model"])), "rules.2.kinds", "each once"),
        (document(rule(tiers=["1"])), "rules.2.tiers", "1, 2, 3, 4"),
        (document(rule(tiers=[True])), "rules.2.tiers", "1, 2, 3, 4"),
        (document(rule(stage=0)), "rules.2.stage", "1 to 9"),
        (document(rule(question="")), "rules.2.question", "Write something"),
        (document(rule(asks="once")), "rules.2.why", "Write something"),
        (document(rule(id="Big Name")), "rules.2.id", "small letters"),
        (document(rule(who="me")), "rules.2.who", "no such field"),
        (document() | {"times": {}}, "times", "leave it out"),
        (document() | {"times": {"big": {"hours": 4}}}, "times", "standard, normal, urgent"),
        (document() | {"times": {"urgent": {"hours": 0}}}, "times.urgent", "how long people get"),
        (document() | {"times": {"urgent": {"hours": True}}}, "times.urgent", "how long people get"),
        (document() | {"times": {"normal": {"working_days": 31}}}, "times.normal", "up to 30"),
        (document() | {"times": {"normal": {"days": 3}}}, "times.normal", "working_days"),
        (document() | {"times": {"normal": {"hours": 3, "working_days": 1}}}, "times.normal", "how long"),
        (document() | {"time": {}}, "document", "nothing else"),
        (document() | {"signing": {}}, "signing", "leave it out"),
        (document() | {"signing": []}, "signing", "leave it out"),
        (document() | {"signing": {"minutes": 5}}, "signing", "fresh_minutes"),
        (document() | {"signing": {"fresh_minutes": 481}}, "signing.fresh_minutes", "0 to 480"),
        (document() | {"signing": {"fresh_minutes": -1}}, "signing.fresh_minutes", "0 to 480"),
        (document() | {"signing": {"fresh_minutes": True}}, "signing.fresh_minutes", "0 to 480"),
        (document() | {"signing": {"least_seconds": 601}}, "signing.least_seconds", "0 to 600"),
        (document() | {"signing": {"least_seconds": 1.5}}, "signing.least_seconds", "0 to 600"),
        (document(3), "rules.2", "is an object"),  # type: ignore[arg-type]
    ],
)
def test_document_that_is_wrong_says_at_which_place(given: Any, place: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules_of(given)
    assert words in " ".join(refused.value.fields[place])


def test_times_that_a_document_leaves_out_are_those_of_the_first_version() -> None:
    rules_of(document() | {"times": {"urgent": {"hours": 2}}})
    said = times_of(document() | {"times": {"urgent": {"hours": 2}}})
    assert {name: str(time) for name, time in said.items()} == {
        "standard": "1 working day",
        "normal": "3 working days",
        "urgent": "2 hours",
    }
    assert times_of(document()) == times_of(FIRST_POLICY)


def test_terms_that_a_document_leaves_out_are_those_of_the_first_version() -> None:
    assert terms_of(document()) == terms_of(FIRST_POLICY) == Terms(fresh_minutes=0, least_seconds=20)
    for signing, terms in [
        ({"fresh_minutes": 480}, Terms(480, 20)),
        ({"least_seconds": 0}, Terms(0, 0)),
        ({"fresh_minutes": 1, "least_seconds": 600}, Terms(1, 600)),
    ]:
        said = document() | {"signing": signing}
        rules_of(said)
        assert terms_of(said) == terms


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["v", "rules", "times", "signing", "id", "role", "quorum", "people", "stage", "hours"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_document_of_any_shape_is_read_or_refused_by_place(value: Any) -> None:
    for given_ in (value, {"v": 1, "rules": value}, document(rule(quorum=value, tiers=value, id=value))):
        with pytest.raises(Invalid):
            rules_of(given_)


CHOICES = {
    "classes": SubjectClass.values,
    "risks": Band.values,
    "touch": Touch.values,
    "kinds": ["model", "dataset", "service"],
    "tiers": [1, 2, 3, 4],
    "data": DataClass.values,
}


@st.composite
def some_rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        conditions = {
            name: draw(st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True))
            for name, words in CHOICES.items()
            if draw(st.booleans())
        }
        role, asks = draw(st.sampled_from(["steward", "validator"])), draw(st.sampled_from(["once", "each"]))
        found.append(rule(id=f"r{number}", role=role, asks=asks, why="So.", **conditions))
    return found


items = st.lists(
    st.builds(
        touched,
        st.sampled_from(["a", "b", "c"]),
        kind=st.sampled_from(["model", "dataset", "service"]),
        tier=st.integers(1, 4),
        data_class=st.sampled_from(DataClass.values),
        touch=st.sampled_from(Touch.values),
    ),
    max_size=4,
)


def by_hand(rules: list[dict[str, Any]], facts: Facts) -> list[tuple[str, str, str]]:
    """Return (rule, role, key) as a person with a pencil finds them."""
    found: list[tuple[str, str, str]] = []
    for one in [SPONSOR, *rules]:
        if facts.change_class not in one.get("classes", SubjectClass.values):
            continue
        if Band.values[facts.risk - 1] not in one.get("risks", Band.values):
            continue
        fits = [
            item
            for item in facts.touched
            if item.touch in one.get("touch", Touch.values)
            and item.kind in one.get("kinds", ComponentKind.values)
            and item.tier in one.get("tiers", [1, 2, 3, 4])
            and item.data_class in one.get("data", DataClass.values)
        ]
        looks = any(name in one for name in ("touch", "kinds", "tiers", "data"))
        whole = [""] if fits or not looks else []
        for key in [item.key for item in fits] if one["asks"] == "each" else whole:
            if (one["role"], key) not in [(role, taken) for _, role, taken in found]:
                found.append((one["id"], one["role"], key))
    return found


@settings(max_examples=400)
@given(some_rules(), items, st.sampled_from(SubjectClass.values), st.integers(1, 4))
def test_calls_agree_with_a_look_at_every_rule_and_item(
    rules: list[dict[str, Any]], things: list[Touched], change_class: str, risk: int
) -> None:
    facts = Facts(change_class, risk, tuple(things))
    found = [(call.rule.id, *call.asked) for call in calls(rules_of(document(*rules)), facts)]
    assert found == by_hand(rules, facts)


def test_needs_under_the_first_policy_ask_as_they_always_did() -> None:
    things = (
        touched("scores", kind="dataset"),
        touched("risk"),
        touched("gateway", kind="service", touch=Touch.REACHED),
        touched("scores", kind="dataset", touch=Touch.PROMISED),
        touched("features", kind="feature_set", touch=Touch.PROMISED),
    )
    needs = needs_under(rules_of(FIRST_POLICY), Facts("normal", 2, things), due=DUE)
    assert [(need.role, need.component_key, need.rule) for need in needs] == [
        ("sponsor", "", "sponsor"),
        ("steward", "scores", "dataset-steward"),
        ("steward", "features", "contract-steward"),
        ("validator", "risk", "model-validator"),
        ("owner", "gateway", "service-owner"),
    ]
    assert needs[0].team_id == 1
    assert needs[1].question == "May the data of Scores be used in this way?"


@given(st.integers(1, 100), st.integers(0, 60))
def test_share_of_a_quorum_is_rounded_up_and_at_least_one(share: int, able: int) -> None:
    quorum = with_quorum(a_need(Role.VALIDATOR, share=share), able).quorum
    assert quorum >= 1
    assert quorum * 100 >= share * able
    assert quorum == 1 or (quorum - 1) * 100 < share * able
