"""Verdicts: against an oracle that works each rule out by hand."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.policy.enums import Effect, Outcome, Overall, Severity, Stage, Way
from apps.policy.rules import (
    Prior,
    Rule,
    Rules,
    Waived,
    dry_run,
    holding,
    judge,
    rate_words,
    sheet_of,
    shrunken_rate,
    waiver_covers,
)

BANDS = {"moderate": 20.0, "high": 40.0, "severe": 60.0}


def rules(*given, bands=BANDS):
    return Rules("Rules", tuple(given), bands, Prior(2, 20))


def rule(id, effect, expression, when="", **more):
    return Rule(id, Stage.SUBMISSION, effect, id, expression, message=f"{id} speaks.", when=when, **more)


FACTS = ("change.weekend", "calendar.frozen", "artifacts.complete")
_ATOMS = st.sampled_from(FACTS)
_BOOLEAN = st.sampled_from([Effect.REQUIRE, Effect.DENY, Effect.WARN])
_DRAWN = st.one_of(
    st.tuples(_BOOLEAN, _ATOMS, st.one_of(st.none(), _ATOMS)),
    st.tuples(st.just(Effect.SCORE), _ATOMS, st.one_of(st.none(), _ATOMS), st.integers(-4000, 4000)),
    st.tuples(st.just(Effect.CLASSIFY), _ATOMS, st.one_of(st.none(), _ATOMS)),
)


def _made(index, drawn):
    effect, fact, when, *points = drawn
    text = {
        Effect.SCORE: f"{fact} ? {points[0] / 100 if points else 0:.2f} : 0.0",
        Effect.CLASSIFY: f'{fact} ? "class-{index}" : ""',
    }.get(effect, fact)
    return rule(f"r{index}", effect, text, when or "")


def _by_hand(index, drawn, facts):
    """Return (outcome, value) of a rule as plain reading gives it."""
    effect, fact, when, *points = drawn
    applies, holds = (facts.get(when) if when else True), facts.get(fact)
    if applies is None:
        return Outcome.INCONCLUSIVE, None
    if not applies:
        return Outcome.NOT_APPLICABLE, None
    if holds is None:
        return Outcome.INCONCLUSIVE, None
    if effect == Effect.SCORE:
        return Outcome.MET, Fraction(points[0], 100) if holds else Fraction(0)
    if effect == Effect.CLASSIFY:
        return (Outcome.MET, f"class-{index}") if holds else (Outcome.NOT_APPLICABLE, None)
    bad = {Effect.REQUIRE: not holds, Effect.DENY: holds, Effect.WARN: holds}[effect]
    if not bad:
        return Outcome.MET, None
    return (Outcome.WARNED if effect == Effect.WARN else Outcome.NOT_MET), None


@settings(max_examples=80, deadline=None)
@given(
    st.lists(_DRAWN, min_size=1, max_size=8),
    st.dictionaries(st.sampled_from(FACTS), st.booleans()),
    st.sets(st.integers(0, 7)),
)
def test_verdict_is_what_a_reading_of_each_rule_by_hand_gives(drawn, facts, waived):
    made = rules(*(_made(index, one) for index, one in enumerate(drawn)))
    verdict = judge(made, sheet_of(facts), waived={f"r{index}" for index in waived})
    points, overall, named, denied, unknown = Fraction(0), Overall.PASS, None, False, False
    decided = False
    for index, (one, result) in enumerate(zip(drawn, verdict.results, strict=True)):
        outcome, value = _by_hand(index, one, facts)
        stopping = one[0] in (Effect.REQUIRE, Effect.DENY) and outcome in (
            Outcome.NOT_MET,
            Outcome.INCONCLUSIVE,
        )
        if stopping and index in waived:
            outcome, stopping = Outcome.WAIVED, False
        assert result.outcome == outcome
        denied |= stopping and outcome == Outcome.NOT_MET
        unknown |= stopping and outcome == Outcome.INCONCLUSIVE
        if one[0] == Effect.CLASSIFY and not decided and outcome in (Outcome.MET, Outcome.INCONCLUSIVE):
            decided, named = True, value
            unknown |= outcome == Outcome.INCONCLUSIVE
        points += value if one[0] == Effect.SCORE and value else 0
    overall = Overall.DENY if denied else Overall.INCONCLUSIVE if unknown else Overall.PASS
    assert (verdict.overall, verdict.classification) == (overall, named)
    assert Fraction(str(verdict.score.points)) == points
    band = "severe" if points >= 60 else "high" if points >= 40 else "moderate" if points >= 20 else "low"
    assert verdict.score.band == band
    assert bool(verdict.reasons) == (overall != Overall.PASS)


def test_reasons_put_what_is_denied_before_what_is_not_known_and_the_gravest_first():
    made = rules(
        rule("unknown", Effect.REQUIRE, "calendar.frozen", severity=Severity.CRITICAL),
        rule("minor", Effect.DENY, "change.weekend", severity=Severity.MINOR, remedy="Move it."),
        rule("critical", Effect.DENY, "change.weekend", severity=Severity.CRITICAL),
    )
    verdict = judge(made, sheet_of({"change.weekend": True}))
    assert [(one.rule.id, one.reason) for one in verdict.reasons] == [
        ("critical", "critical speaks."),
        ("minor", "minor speaks."),
        ("unknown", "The fact “calendar.frozen” is not known."),
    ]
    assert verdict.reasons[1].remedy == "Move it."


def test_judge_at_a_stage_looks_at_its_rules_alone():
    made = rules(rule("now", Effect.DENY, "change.weekend"))
    assert judge(made, sheet_of({"change.weekend": True}), stages={Stage.DATA}).overall == Overall.PASS
    assert judge(made, sheet_of({"change.weekend": True}), stages={Stage.SUBMISSION}).overall == Overall.DENY


def test_message_says_the_values_of_the_facts_that_it_names():
    one = Rule(
        "notice", Stage.SUBMISSION, Effect.REQUIRE, "Notice", "change.notice_hours >= 48.0",
        message="{change.notice_hours} hours, {change.kinds}, {change.weekend}, {change.team}, {0.__class__}.",
    )  # fmt: skip
    verdict = judge(
        rules(one),
        sheet_of({"change.notice_hours": 12.5, "change.kinds": ["model"], "change.weekend": False}),
    )
    assert verdict.reasons[0].reason == "12.5 hours, model, no, (not known), (not known)."


def test_points_that_are_not_known_leave_the_score_incomplete_and_name_their_reason():
    made = rules(
        rule("a", Effect.SCORE, "change.tier * 10", label="Tier"),
        rule("b", Effect.SCORE, "change.reached * 10", label="Reach"),
        rule("c", Effect.SCORE, "change.tier * 1000", label="Too much"),
    )
    score = judge(made, sheet_of({"change.tier": 3})).score
    assert (score.points, score.band, score.complete) == (30.0, "moderate", False)
    assert [one.reason for one in score.terms] == [
        "",
        "The fact “change.reached” is not known.",
        "It comes to more than 1000 points.",
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 20), st.integers(1, 40))
def test_shrunken_rate_lies_between_what_is_seen_and_the_prior(failures, good, a, b):
    prior, changes = Prior(a, a + b), failures + good
    rate = shrunken_rate(failures, changes, prior)
    assert rate == pytest.approx(float(Fraction(failures + a, changes + a + b)))
    seen = failures / changes if changes else prior.rate
    assert min(seen, prior.rate) - 1e-9 <= rate <= max(seen, prior.rate) + 1e-9


def test_team_with_two_changes_is_not_perfect():
    prior = Prior(2, 20)
    assert shrunken_rate(0, 2, prior) == pytest.approx(2 / 22)
    assert shrunken_rate(0, 2, prior) > shrunken_rate(1, 60, prior) > shrunken_rate(0, 200, prior)
    assert rate_words(0, 2, prior).endswith("that counts as 9.1%.")
    with pytest.raises(ValueError):
        shrunken_rate(3, 2, prior)


def test_waiver_covers_its_rule_and_scope_from_its_start_to_before_its_end():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    end, hour = start + timedelta(days=2), timedelta(hours=1)
    waiver = Waived("RWV-1", "weekend", "CHG-7", start, end)
    taken_back = Waived("RWV-1", "weekend", "CHG-7", start, end, revoked_at=start + hour)

    def covered(one, at, rule="weekend", ref="CHG-7"):
        return bool(waiver_covers(one, rule=rule, refs=[ref, "model:x"], at=at))

    assert [covered(waiver, at) for at in (start - hour, start, end - hour, end)] == [
        False,
        True,
        True,
        False,
    ]
    assert [covered(taken_back, at) for at in (start, start + hour)] == [True, False]
    assert not covered(waiver, start, rule="frozen")
    assert not covered(waiver, start, ref="CHG-8")
    assert holding([waiver, taken_back], refs=["CHG-7"], at=end) == []


def test_dry_run_names_each_change_whose_verdict_differs_and_how():
    before = rules(rule("weekend", Effect.DENY, "change.weekend"), rule("class", Effect.CLASSIFY, "'normal'"))
    after = rules(
        rule("frozen", Effect.DENY, "calendar.frozen"),
        rule("class", Effect.CLASSIFY, "change.is_standard ? 'standard' : 'normal'"),
    )
    base = {"change.weekend": False, "calendar.frozen": False, "change.is_standard": False}
    history = [
        ("CHG-1", base | {"calendar.frozen": True}),
        ("CHG-2", base | {"change.weekend": True}),
        ("CHG-3", base),
        ("CHG-4", base | {"change.is_standard": True}),
        ("CHG-5", base | {"change.weekend": True, "calendar.frozen": True}),
        ("CHG-6", {"change.weekend": True, "change.is_standard": False}),
    ]
    found = dry_run(history, before=before, after=after)
    assert [(one.ref, one.way, one.because) for one in found.differences] == [
        ("CHG-1", Way.STOPPED, ["frozen"]),
        ("CHG-2", Way.FREED, ["weekend"]),
        ("CHG-4", Way.RECLASSIFIED, []),
        ("CHG-6", Way.OTHERWISE, ["frozen", "weekend"]),
    ]
    assert (found.looked_at, found.stopped_by_both, found.let_through_by_both) == (6, 2, 2)
    parts = dry_run(history[:2], before=before, after=after) + dry_run(
        history[2:], before=before, after=after
    )
    assert parts == found
