"""Sets of rules as documents: every error at its place, and the starter set with its examples."""

import copy
import re
from pathlib import Path

import pytest
from django.conf import settings

from apps.core.errors import Invalid
from apps.evidence import enums as evidence
from apps.policy.enums import Effect, Outcome, Overall, Stage
from apps.policy.rules import (
    digest_of,
    document_of,
    judge,
    problems_of,
    rules_from,
    sheet_of,
    starter_set,
    tried,
)
from apps.policy.rules.expressions import compiled
from apps.policy.rules.facts import CATEGORIES, CHECK, FACTS

RULE = {"id": "weekend", "stage": "submission", "effect": "deny", "title": "Weekend", "expression": "change.weekend",
        "message": "It is a weekend."}  # fmt: skip
DOCUMENT = {
    "title": "Ours",
    "rules": [RULE],
    "bands": {"moderate": 10, "high": 20, "severe": 30},
    "prior": {"failures": 1, "changes": 10},
}


def _with(**rule):
    return DOCUMENT | {"rules": [RULE | rule]}


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        (None, "document", "A set of rules has"),
        (DOCUMENT | {"title": " "}, "title", "Write something here."),
        (DOCUMENT | {"titel": "x"}, "titel", "There is no such part."),
        (DOCUMENT | {"rules": []}, "rules", "Give from 1 to 200 rules."),
        (DOCUMENT | {"rules": [RULE, RULE]}, "rules[1].id", "Another rule is called “weekend”."),
        (DOCUMENT | {"rules": ["x"]}, "rules[0]", "A rule has"),
        (DOCUMENT | {"bands": {"moderate": 10, "high": 10, "severe": 30}}, "bands", "Each band begins above"),
        (DOCUMENT | {"bands": [1]}, "bands", "Say from how many points"),
        (DOCUMENT | {"bands": {"moderate": float("nan"), "high": 1, "severe": 2}}, "bands", "Each band"),
        (DOCUMENT | {"prior": {"failures": 11, "changes": 10}}, "prior", "Say how many failures"),
        (_with(id="Week End"), "rules[0].id", "Use small letters"),
        (_with(id=["x"]), "rules[0].id", "Use small letters"),
        (_with(stage="dawn"), "rules[0].stage", "Choose one of submission"),
        (_with(effect=["deny"]), "rules[0].effect", "Choose one of require"),
        (_with(message=""), "rules[0].message", "Write something here."),
        (_with(message="{change.tear}"), "rules[0].message", "There is no fact called “change.tear”"),
        (_with(message="{evidence.checks}"), "rules[0].message", "There is no fact called “evidence.checks”"),
        (_with(message="50 } off"), "rules[0].message", "A brace stands alone."),
        (_with(source="\x00"), "rules[0].source", "This holds a character"),
        (_with(remedy="x" * 501), "rules[0].remedy", "Keep it to 500 characters. It has 501."),
        (_with(effect="score", label="", expression="1"), "rules[0].label", "Write something here."),
        (_with(effect="score", label="x"), "rules[0].expression", "Line 1, column 1: This must come to a number"),
        (_with(expression="true &&\n chnge.weekend"), "rules[0].expression", "Line 2, column 2: There is no fact"),
        (_with(when="change.tier"), "rules[0].when", "Line 1, column 1: This must come to yes or no"),
        (_with(when=3), "rules[0].when", "Line 1, column 1: Write an expression."),
        (_with(examples=[3]), "rules[0].examples[0]", "An example has"),
        (_with(examples=[{"given": "x", "facts": {"change.wknd": 1}, "expected": "met"}]),
         "rules[0].examples[0].facts", "There is no fact called “change.wknd”."),
        (_with(examples=[{"given": "x", "facts": {"change.weekend": 1}, "expected": "met"}]),
         "rules[0].examples[0].facts", "The fact “change.weekend” is not yes or no."),
        (_with(examples=[{"given": "x", "facts": {"evidence.drift": [{"valu": 1}]}, "expected": "met"}]),
         "rules[0].examples[0].facts", "A check has no “valu”."),
        (_with(examples=[{"given": "x", "facts": {}, "expected": "good"}]),
         "rules[0].examples[0].expected", "Choose one of met"),
    ],
)  # fmt: skip
def test_document_that_cannot_be_read_is_refused_by_place(document, place, message):
    with pytest.raises(Invalid) as refused:
        rules_from(document)
    assert [*refused.value.fields] == [place]
    assert refused.value.fields[place][0].startswith(message)


def test_document_with_several_errors_names_them_all():
    broken = copy.deepcopy(DOCUMENT)
    broken["rules"].append(RULE | {"id": "x", "expression": "nothing", "when": "1 / 0 == 1"})
    broken["prior"] = None
    assert {(one.place, one.line, one.column) for one in problems_of(broken)} == {
        ("prior", None, None),
        ("rules[1].expression", 1, 1),
        ("rules[1].when", 1, 3),
    }


def test_set_reads_back_from_its_document_with_the_same_digest():
    for one in (starter_set(), rules_from(DOCUMENT)):
        assert digest_of(rules_from(document_of(one))) == digest_of(one)
    assert digest_of(rules_from(DOCUMENT)) != digest_of(rules_from(_with(message="Another.")))


def test_every_example_of_the_starter_set_holds_and_each_rule_shows_both_ways():
    found = list(tried(starter_set()))
    assert [(one.place, one.outcome, one.reason) for one in found if not one.holds] == []
    for rule in starter_set().rules:
        expected = {one.expected for one in rule.examples}
        assert Outcome.MET in expected
        assert expected - {Outcome.MET}, rule.id
        if rule.effect not in (Effect.SCORE, Effect.CLASSIFY):
            assert expected & {Outcome.NOT_MET, Outcome.WARNED}, rule.id
            assert rule.remedy


GOOD = {
    "change.class": "normal", "change.is_standard": False, "change.went_ahead": False, "change.tier": 2,
    "change.reached": 12, "change.kinds": ["model"], "change.data_class": "personal", "change.notice_hours": 72,
    "change.window_hours": 2, "change.weekend": False, "calendar.blocking": 0, "calendar.frozen": False,
    "artifacts.present": ["rollback_plan", "impact_assessment", "test_report", "threshold_rationale"],
    "people.asked": ["validator", "steward", "owner"], "people.signed": ["owner", "steward", "validator"],
    "contracts.breaking": 0, "contracts.consumers_hit": 1, "model.consent": True, "model.champion_moved": False,
    "model.lineage_named": True, "model.licences": ["MIT"], "model.replaces": True,
    "history.team_failure_rate": 0.1, "history.component_failure_rate": 0.05,
    "evidence.checks": [
        *({"category": one, "outcome": "passed", "age_hours": 1} for one in
          ("schema", "freshness", "completeness", "drift", "tests", "latency")),
        {"category": "explanation", "outcome": "measured"},
        {"category": "fairness", "outcome": "passed", "segment": "age 18 to 24", "sample_size": 600},
        {"category": "performance", "outcome": "passed", "metric": "auc", "low": 0.8, "champion": 0.8},
    ],
}  # fmt: skip


def test_starter_set_lets_a_good_change_through_and_says_how_risky_it_is():
    verdict = judge(starter_set(), sheet_of(GOOD))
    assert [(one.rule.id, one.reason) for one in [*verdict.reasons, *verdict.warnings]] == []
    assert (verdict.overall, verdict.classification) == (Overall.PASS, "normal")
    assert {one.rule: one.points for one in verdict.score.terms} == {
        "risk-tier": 18, "risk-reach": 6, "risk-data": 12, "risk-time": 0,
        "risk-team": 6, "risk-component": 3, "risk-contracts": 4,
    }  # fmt: skip
    assert (verdict.score.points, verdict.score.band, verdict.score.complete) == (49, "high", True)


def test_starter_set_lets_nothing_through_of_which_nothing_is_known():
    verdict = judge(starter_set(), sheet_of({}))
    assert verdict.overall == Overall.INCONCLUSIVE
    assert verdict.classification is None
    assert all("not known" in one.reason for one in verdict.reasons)


def test_example_that_does_not_hold_names_what_came_of_it():
    wrong = _with(examples=[{"given": "A Sunday", "facts": {"change.weekend": True}, "expected": "met"}])
    (one,) = tried(rules_from(wrong))
    assert (one.holds, one.outcome, one.reason) == (False, Outcome.NOT_MET, "It is a weekend.")
    assert one.place == "rules[0].examples[0]"


def test_checks_are_sorted_by_every_category_and_stage_that_evidence_knows():
    assert [*CATEGORIES] == evidence.Category.values
    assert Stage.values == ["submission", *evidence.Stage.values]


def test_guide_names_every_fact_with_its_meaning_and_its_examples_can_be_compiled():
    guide = (Path(settings.BASE_DIR) / "docs" / "policy.md").read_text()
    for fact in [*FACTS.values(), *CHECK.values()]:
        if fact.group != "evidence":
            assert f"| `{fact.name}` | {fact.type.label.lower()}" in guide
        assert f"`{fact.name}`" in guide
        assert fact.group == "evidence" or fact.meaning in guide
    blocks = re.findall(r"```cel\n(.*?)```", guide, re.DOTALL)
    assert len(blocks) == 4
    for text in [*blocks, 'change.class == "urgent" && change.tier == 1', "change.window_hours <= 2.0"]:
        compiled(text, "BOOL")
        assert text in guide
    for effect in Effect:
        assert f"| `{effect}` |" in guide
