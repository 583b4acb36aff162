"""Which role judges which field: every field has a class, and a role is asked again when one of its own moved."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.approvals.models import Requirement
from apps.changes.rules.judged import judged_by
from apps.changes.rules.materiality import (
    COSMETIC,
    FIELDS,
    ROW_KEYS,
    Judge,
    as_judged,
    differences_for,
    parts_that_differ,
)
from apps.changes.selectors import content_of
from apps.core.canonical import canonical_bytes
from apps.web.evidence import evidence_for
from tests.changes.estate import Estate, draft
from tests.faults.amount import amount

MODEL, DATA, SERVICE = (
    "model:default/credit-risk",
    "dataset:default/applications",
    "service:default/loan-decision",
)
JUDGES = [
    Judge(Role.SPONSOR),
    Judge(Role.STEWARD, DATA),
    Judge(Role.VALIDATOR, MODEL),
    Judge(Role.OWNER, SERVICE),
    Judge(Role.OWNER, "service:default/other"),
]


def a_version(number: str) -> dict[str, Any]:
    return {
        "version": number,
        "code_commit": "abc",
        "datasets": [{"name": "loans", "digest": "aa"}],
        "hyperparameters": {"depth": "3"},
        "metrics": {"auc": 0.83},
        "source_ref": "run",
    }


def an_item(key: str, number: str = "2") -> dict[str, Any]:
    kind, _, name = key.partition(":")
    moved = {"from": a_version("1"), "to": a_version(number), "difference": "More rows"}
    return {"component": key, "title": name, "kind": kind} | moved


def a_hit(key: str) -> dict[str, Any]:
    kind, _, name = key.partition(":")
    path = [{"key": MODEL, "title": "Credit risk", "kind": ""}, {"key": key, "title": name, "kind": "calls"}]
    found = {"tier": 2, "severity": "high", "depth": 1, "path": path}
    return {
        "key": key,
        "title": name,
        "kind": kind,
        **found,
        "included": True,
        "by_hand": False,
        "reason": "",
    }


def a_proposal() -> dict[str, Any]:
    """Return a new version of a contract, as it is signed."""
    counts = {"breaking": 1, "risky": 0, "safe": 2}
    return {"definition": "d2", "level": "breaking", "consumers": [SERVICE], **counts}


def a_full_content() -> dict[str, Any]:
    """Return a content in which every field is there."""
    at = "2026-11-19T06:00:00.000000Z"
    return {
        "v": 1,
        "ref": "CHG-1",
        "class": "normal",
        "risk": 2,
        "risk_reason": "It moves 2.",
        "requester": "person:1",
        "title": "Retrain",
        "summary": "We teach it.",
        "outcome": "Better.",
        "cost_of_waiting": "Losses.",
        "late_reason": "The supplier leaves.",
        "items": [an_item(DATA), an_item(MODEL) | {"in_use": "0", "retired": True}],
        "impact": [a_hit(SERVICE), a_hit("service:default/other")],
        "contracts": [
            {"key": "data:default/a", "title": "A", "kind": "data", "component": DATA, "definition": "d1"}
            | {"proposed": a_proposal()}
        ],
        "documents": [
            {"ref": "DOC-1", "kind": "plan", "title": "A", "template": "TPL-1", "version": 1, "digest": "d1"}
        ],
        "standard": {"template": "STD-1", "version": 1, "digest": "d1", "left": ["Its plan is another."]},
        "freezes": [{"ref": "FRZ-1", "title": "Audit", "start": at, "end": at}],
        "window": {
            "time_zone": "Europe/London",
            "local_start": "2026-11-19T06:00",
            "local_end": "2026-11-19T08:00",
            "start": at,
            "end": at,
        },
        "success_metrics": [
            {"name": "AUC", "unit": "", "direction": "at_least", "baseline": 0.8, "target": 0.9, "bound": 0.7}
        ],
        "rollback": {"plan": "Back.", "minutes": 4, "criteria": ["It falls"]},
        "risks": [{"text": "Refused", "likelihood": "rare", "harm": "minor", "mitigation": "Shadow"}],
        "plan": [
            {
                "position": 1,
                "text": "Shadow",
                "lead": "person:1",
                "minutes": 9,
                "way_back": "Stop",
                "after": [],
            }
        ],
    }


def leaves(path: str, value: Any) -> Iterator[str]:
    """Yield the path of each field, however deep; what lists measures and settings is one field."""
    if path in FIELDS:
        yield path
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(f"{path}.{name}" if path else name, one)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for row in value:
            yield from leaves(f"{path}[]", row)
    else:
        yield path


@pytest.mark.django_db
def test_every_field_of_a_content_has_a_class(estate: Estate) -> None:
    known = set(leaves("", a_full_content()))
    assert known == set(FIELDS), "A field without a class, or a class without a field."
    real = content_of(draft(estate, names=("credit-risk", "applications")))
    assert {path for path in leaves("", real) if path not in ROW_KEYS} <= set(FIELDS)
    assert set(real) | {"documents", "late_reason", "standard"} == set(a_full_content())


# The oracle: every field of both contents side by side, told apart by its path and the keys of its rows.

Place = tuple[str, tuple[Any, ...], str]


def flat(content: Any, path: str = "", keys: tuple[Any, ...] = (), about: str = "") -> dict[Place, bytes]:
    if path in FIELDS:
        return {(path, keys, about): canonical_bytes(content)}
    found: dict[Place, bytes] = {}
    if path in ROW_KEYS:
        for row in content:
            of = {"items": "component", "impact": "key", "contracts": "component"}.get(path)
            found |= flat(row, f"{path}[]", (*keys, row[ROW_KEYS[path]]), row[of] if of else about)
    elif isinstance(content, dict):
        for name, one in content.items():
            found |= flat(one, f"{path}.{name}" if path else name, keys, about)
    return found


def asked_again(judge: Judge, before: Any, after: Any) -> bool:
    """Return by brute force whether a field that the judge depends on differs."""
    old, new = flat(before), flat(after)
    for place in {*old, *new}:
        path, _, about = place
        world_gave_way = (
            path.startswith(("freezes", "items[].in_use", "items[].retired")) and place not in new
        )
        judged = FIELDS[path]
        depends = judge.role in judged.everywhere or (
            judge.role in judged.own and about == judge.component_key
        )
        if depends and not world_gave_way and old.get(place) != new.get(place):
            return True
    return False


def _set(*names: Any) -> Callable[[Any, Any], None]:
    def act(content: Any, value: Any) -> None:
        for name in names[:-1]:
            there = content if isinstance(content, list) else name in content
            content = content[name] if there else {}
        if isinstance(content, dict):
            content[names[-1]] = value

    return act


_TEXTS = ["title", "summary", "outcome", "cost_of_waiting", "class", "risk_reason"]
EDITS: list[Callable[[Any, Any], None]] = [
    *(_set(name) for name in _TEXTS),
    *(_set("items", 0, "to", name) for name in a_version("1")),
    *(_set("items", 0, "from", name) for name in a_version("1")),
    *(_set("items", 0, name) for name in ("title", "difference", "kind", "from")),
    *(_set("impact", 0, name) for name in ("title", "kind", "tier", "severity", "depth", "included", "reason")),
    *(_set("window", name) for name in ("time_zone", "start", "end")),
    *(_set("rollback", name) for name in ("plan", "minutes", "criteria")),
    *(_set("risks", 0, name) for name in ("text", "likelihood", "harm", "mitigation")),
    *(_set("plan", 0, name) for name in ("text", "lead", "minutes", "way_back")),
    *(_set("contracts", 0, name) for name in ("title", "definition")),
    *(_set("contracts", 0, "proposed", name) for name in ("level", "safe", "definition")),
    lambda content, value: _set("contracts", 0, "proposed", "consumers")(content, [str(value)]),
    lambda content, _: content["contracts"][:1] and content["contracts"][0].pop("proposed", None),
    *(_set("freezes", 0, name) for name in ("title", "end")),
    *(_set("documents", 0, name) for name in ("title", "digest")),
    *(_set("standard", name) for name in ("template", "version", "digest", "left")),
    lambda content, _: content.pop("standard", None),
    lambda content, _: content.get("standard", {}).pop("left", None),
    *(_set("success_metrics", 0, name) for name in ("unit", "target")),
    lambda content, _: content["items"].reverse(),
    lambda content, _: content["impact"].reverse(),
    lambda content, _: content["freezes"].clear(),
    lambda content, _: content["risks"].clear(),
    lambda content, _: content["plan"].clear(),
    lambda content, _: content["documents"].clear(),
    lambda content, _: content.pop("documents", None),
    lambda content, _: content["contracts"].clear(),
    lambda content, _: content["impact"][:1] and content["impact"].pop(),
    lambda content, _: content["items"][:1] and content["items"].pop(),
    lambda content, value: content["impact"].append(a_hit(f"service:default/new{value}")),
    lambda content, value: content["items"].append(an_item(f"service:default/moved{value}")),
    lambda content, value: content["freezes"].append(
        {"ref": f"FRZ-9{value}", "title": "New", "start": "2026-11-19T06:00:00Z", "end": "2026-11-20T06:00:00Z"}
    ),
    lambda content, value: content["impact"] and content["impact"][0]["path"].append(
        {"key": f"service:default/hop{value}", "title": "Hop", "kind": "calls"}
    ),
    lambda content, _: content["impact"] and content["impact"][0]["path"][0].update(title="Renamed"),
    lambda content, value: content["items"] and content["items"][0].update(in_use=value or "7"),
    lambda content, _: content["items"] and content["items"][0].update(retired=True),
    lambda content, value: content["items"] and content["items"][-1].update(in_use=value or "7"),
    lambda content, _: content["items"] and content["items"][-1].pop("in_use", None),
    lambda content, _: content["items"] and content["items"][-1].pop("retired", None),
]  # fmt: skip

edits = st.lists(st.tuples(st.sampled_from(EDITS), st.sampled_from(["x", "y", None])), min_size=0, max_size=5)


def edited(content: Any, made: list[tuple[Callable[[Any, Any], None], Any]]) -> Any:
    after = copy.deepcopy(content)
    for act, value in made:
        if after["items"] and after["items"][0]["from"] is None and act in EDITS[12:18]:
            continue
        try:
            act(after, value)
        except (IndexError, KeyError, TypeError):
            continue  # what it would edit was taken away before
    return after


@settings(max_examples=amount(400, 1500), deadline=None)
@given(edits, st.sampled_from(JUDGES))
def test_role_is_asked_again_if_and_only_if_a_field_it_judges_differs(made: Any, judge: Judge) -> None:
    before = a_full_content()
    after = edited(before, made)
    if len({row["component"] for row in after["items"]}) < len(after["items"]):
        return
    if len({row["key"] for row in after["impact"]}) < len(after["impact"]):
        return
    found = differences_for(judge, before, after)
    assert bool(found) == asked_again(judge, before, after)
    assert bool(parts_that_differ(as_judged(judge, before, after), after)) == bool(found)


@settings(max_examples=300, deadline=None)
@given(edits, st.sampled_from(JUDGES[:4]))
def test_role_that_is_not_asked_again_has_the_same_evidence(made: Any, judge: Judge) -> None:
    """What the inbox shows a role is among what the rule says that it judges; names alone are not."""
    before, after = a_full_content(), edited(a_full_content(), made)
    if differences_for(judge, before, after):
        return
    for content in (before, after):
        for row in [*content["items"], *content["impact"], *content["contracts"]]:
            row["title"] = "Named"
            for step in row.get("path", []):
                step["title"] = "Named"
        for name in ("items", "impact"):
            content[name].sort(key=lambda row: str(row.get("component", row.get("key"))))
    # What the catalog takes back asks nobody, and is gone from the evidence too.
    now = {row["component"]: row for row in after["items"]}
    for row in before["items"]:
        for name in ("in_use", "retired"):
            if name not in now.get(row["component"], row):
                row.pop(name, None)
    asked = Requirement(role=judge.role, component_key=judge.component_key)
    assert evidence_for(asked, before) == evidence_for(asked, after)


def test_title_alone_is_cosmetic_for_every_role() -> None:
    before, after = a_full_content(), a_full_content() | {"title": "Better words"}
    assert FIELDS["title"] == COSMETIC
    assert not any(differences_for(judge, before, after) for judge in JUDGES)


def test_field_without_a_class_is_judged_by_everyone() -> None:
    before, after = a_full_content(), a_full_content() | {"new": "thing"}
    assert all(differences_for(judge, before, after) for judge in JUDGES)


def test_field_whose_roles_are_not_asked_falls_to_the_sponsor() -> None:
    before, after = a_full_content(), a_full_content()
    after["plan"][0]["text"] = "Switch at once"
    assert not differences_for(Judge(Role.SPONSOR, "", frozenset(APPROVING_ROLES)), before, after)
    alone = frozenset({Role.SPONSOR, Role.VALIDATOR})
    assert [one.line for one in differences_for(Judge(Role.SPONSOR, "", alone), before, after)] == [
        "Plan: 1, text: Shadow → Switch at once"
    ]


def test_freeze_that_was_lifted_asks_nobody_and_one_that_came_asks_sponsor_and_owner() -> None:
    with_it, without = a_full_content(), a_full_content() | {"freezes": []}
    assert not any(differences_for(judge, with_it, without) for judge in JUDGES)
    asked = {judge.role for judge in JUDGES if differences_for(judge, without, with_it)}
    assert asked == {Role.SPONSOR, Role.OWNER}


def test_validator_of_another_model_is_not_asked_when_a_version_moves() -> None:
    before, after = a_full_content(), a_full_content()
    after["items"][1]["to"]["metrics"] = {"auc": 0.9}
    asked = {judge.role for judge in JUDGES if differences_for(judge, before, after)}
    assert asked == {Role.VALIDATOR}
    assert not differences_for(Judge(Role.VALIDATOR, "model:default/other"), before, after)


def test_version_that_was_superseded_or_retired_asks_those_who_judge_it_and_its_return_asks_nobody() -> None:
    before, after = a_full_content(), a_full_content()
    for row in (*before["items"], *after["items"]):
        row.pop("in_use", None)
        row.pop("retired", None)
    after["items"][1] |= {"in_use": "7"}
    asked = [judge for judge in JUDGES if differences_for(judge, before, after)]
    assert asked == JUDGES
    assert not differences_for(Judge(Role.VALIDATOR, "model:default/other"), before, after)
    assert not any(differences_for(judge, after, before) for judge in JUDGES)
    assert [one.line for one in differences_for(JUDGES[0], before, after)] == [
        "What moves: default/credit-risk, version in use now: was not there → 7"
    ]


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (["title"], "No signature depends on this."),
        (["summary"], "Judged by the Change Sponsor."),
        (["window"], "Judged by the Change Sponsor and the Service Owners."),
        (["contracts[]"], "Judged by the Service Owners and its Data Steward."),
        (
            ["items[].to", "items[].from"],
            "Judged by the Change Sponsor, the Data Stewards, the Service Owners and its Model Validator.",
        ),
    ],
)
def test_who_judges_a_field_is_said_in_words(places: list[str], told: str) -> None:
    assert judged_by(*places) == told


def test_who_judges_what_is_no_field_is_an_error() -> None:
    with pytest.raises(ValueError, match="No field of a content lies in nothing"):
        judged_by("nothing")
