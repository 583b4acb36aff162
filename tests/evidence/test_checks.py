"""What a check comes to, by each thing that can speak for or against it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Invalid
from apps.evidence.enums import Category, Outcome, Stage
from apps.evidence.rules import Finding, topics_of
from apps.evidence.rules.checks import STARTER, Check, Demand, Piece, Plan, State, judged, plan_from

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
AUC = Check(
    "PERF-01", "Better", Stage.MODEL, Category.PERFORMANCE, Demand.CHAMPION,
    metric="auc", bound=0.01, fresh_for=24 * HOUR, smallest_sample=100, since=NOW - 48 * HOUR, remedy="Train.",
)  # fmt: skip
BOUND = replace(AUC, demand=Demand.BOUND, bound=0.8, each_segment=True, smallest_segment=50)
TESTS = Check("TEST-01", "Tests", Stage.INTEGRATION, Category.TESTS, Demand.PASSES, fresh_for=24 * HOUR)


def auc(value: float | None, segment: str = "", **more: Any) -> Finding:
    given = {"sample_size": 1000, "champion": 0.8, "metric": "auc", "category": Category.PERFORMANCE} | more
    return Finding("auc", Outcome.MEASURED, value=value, segment=segment, **given)


def piece(*findings: Finding, ref: str = "EV-1", **more: Any) -> Piece:
    given: dict[str, Any] = {"measured_at": NOW - 2 * HOUR, "received_at": NOW - HOUR, "champion": "1"} | more
    return Piece(ref, findings, topics_of(findings), **given)


def a_run(*outcomes: Outcome, **more: Any) -> Piece:
    return piece(*(Finding(f"t{n}", one, Category.TESTS) for n, one in enumerate(outcomes)), **more)


def state(check: Check, *pieces: Piece, **more: Any) -> State:
    return judged(check, pieces, now=NOW, **({"champion": "1"} | more)).state


def test_challenger_no_worse_than_the_margin_passes_and_worse_fails() -> None:
    assert state(AUC, piece(auc(0.79))) == State.PASSED
    found = judged(AUC, [piece(auc(0.7899))], now=NOW, champion="1")
    assert (found.state, found.remedy, found.ref) == (State.FAILED, "Train.", "EV-1")
    assert found.measured == "auc 0.7899, in use 0.8"
    assert found.needed == "Auc no worse than in use by 0.01, on 100 cases"


def test_champion_that_moved_makes_the_comparison_stale_and_a_first_version_has_none() -> None:
    assert state(AUC, piece(auc(0.9)), champion="2") == State.STALE
    assert state(AUC, piece(auc(0.9), champion="")) == State.STALE
    assert state(AUC, piece(auc(0.9, champion=None), champion=""), champion="") == State.PASSED


def test_nothing_sent_is_missing_and_another_matter_does_not_speak() -> None:
    assert state(AUC) == State.MISSING
    assert state(AUC, a_run(Outcome.PASSED)) == State.MISSING
    assert state(AUC, piece(auc(0.9, metric="f1"))) == State.MISSING
    assert state(AUC, piece(auc(0.9), stage=Stage.DATA)) == State.MISSING


def test_evidence_about_another_artifact_or_none_by_name_does_not_count() -> None:
    for artifact in ("", "b" * 64):
        found = judged(AUC, [piece(auc(0.9), artifact=artifact)], now=NOW, champion="1", artifact="a" * 64)
        assert found.state == State.MISSING
        assert found.remedy == "Measure this artifact, and send the result with its SHA-256."
    assert state(AUC, piece(auc(0.9), artifact="a" * 64), artifact="a" * 64) == State.PASSED


def test_newest_counts_though_an_older_one_passed() -> None:
    old = piece(auc(0.9), ref="EV-1", measured_at=NOW - 5 * HOUR)
    new = piece(auc(0.1), ref="EV-2", measured_at=NOW - 3 * HOUR)
    assert judged(AUC, [new, old], now=NOW, champion="1").ref == "EV-2"
    assert state(AUC, old, new) == State.FAILED


def test_result_stops_counting_at_the_end_of_its_time_and_without_a_time_at_once() -> None:
    assert state(AUC, piece(auc(0.9), measured_at=NOW - 24 * HOUR + timedelta(seconds=1))) == State.PASSED
    assert state(AUC, piece(auc(0.9), measured_at=NOW - 24 * HOUR)) == State.STALE
    assert state(AUC, piece(auc(0.9), measured_at=None)) == State.STALE


def test_result_that_came_before_its_bound_was_set_does_not_count() -> None:
    assert state(replace(AUC, since=NOW), piece(auc(0.9))) == State.STALE
    assert state(replace(TESTS, since=NOW), a_run(Outcome.PASSED)) == State.PASSED


def test_too_few_cases_or_unknown_leave_it_open() -> None:
    assert state(AUC, piece(auc(0.9, sample_size=99))) == State.INCONCLUSIVE
    assert state(AUC, piece(auc(0.9, sample_size=None))) == State.INCONCLUSIVE
    small = judged(BOUND, [piece(auc(0.9), auc(0.9, "age = 18", sample_size=41))], now=NOW, champion="1")
    assert (small.state, small.reason) == (State.INCONCLUSIVE, "Too few cases for age = 18: 41 of 50.")


def test_each_segment_is_held_to_the_bound_and_a_failure_outweighs_what_is_open() -> None:
    assert state(BOUND, piece(auc(0.9), auc(0.81, "a"), auc(0.8, "b"))) == State.PASSED
    assert state(BOUND, piece(auc(0.9))) == State.INCONCLUSIVE
    assert state(BOUND, piece(auc(0.9), auc(None, "a"))) == State.INCONCLUSIVE
    assert state(BOUND, piece(auc(0.9), auc(None, "a"), auc(0.7, "b"))) == State.FAILED
    assert state(replace(BOUND, each_segment=False), piece(auc(0.9), auc(0.1, "a"))) == State.PASSED


def test_interval_is_judged_by_its_worse_end() -> None:
    wide = piece(auc(0.85, "", low=0.79, high=0.9), auc(0.85, "a", low=0.8, high=0.9))
    assert state(BOUND, wide) == State.PASSED
    assert state(replace(BOUND, by_interval=True), wide) == State.FAILED
    assert state(replace(BOUND, by_interval=True), piece(auc(0.9), auc(0.9, "a"))) == State.INCONCLUSIVE
    low = replace(BOUND, at_least=False, bound=0.9, by_interval=True, each_segment=False)
    assert state(low, piece(auc(0.85, high=0.91))) == State.FAILED


def test_check_that_only_warns_never_holds_a_change_by_its_result() -> None:
    found = judged(replace(TESTS, blocks=False), [a_run(Outcome.FAILED)], now=NOW)
    assert (found.state, found.lets_through) == (State.WARNED, True)


def test_warnings_alone_leave_a_check_that_blocks_open_and_warn_in_one_that_warns() -> None:
    found = judged(TESTS, [a_run(Outcome.WARNED, Outcome.SKIPPED)], now=NOW)
    assert (found.state, found.measured) == (State.INCONCLUSIVE, "0 of 2 passed")
    assert found.reason == "Nothing passed, and this is a warning: t0."
    assert state(replace(TESTS, blocks=False), a_run(Outcome.WARNED)) == State.WARNED
    assert state(TESTS, a_run(Outcome.WARNED, Outcome.PASSED)) == State.PASSED
    assert state(TESTS, a_run(Outcome.WARNED, left_out={Category.TESTS: 1})) == State.PASSED


@pytest.mark.parametrize("demand", [Demand.BOUND, Demand.CHAMPION])
@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.SKIPPED])
def test_number_of_what_was_not_measured_is_no_number_whichever_way_it_points(
    demand: str, outcome: Outcome
) -> None:
    check = replace(AUC, demand=demand, bound=0.5)
    for champion in ("1", ""):
        for value in (0.9, 0.0):
            sent = piece(replace(auc(value), outcome=outcome, message="No such column."), champion=champion)
            found = judged(check, [sent], now=NOW, champion=champion)
            assert (found.state, found.measured) == (State.INCONCLUSIVE, "")
            assert found.reason.endswith("No such column.")


def test_number_that_the_tool_judged_otherwise_is_held_to_our_bound_unless_it_rests_on_no_case() -> None:
    check = replace(AUC, demand=Demand.BOUND, bound=0.5, smallest_sample=0)
    for outcome in (Outcome.FAILED, Outcome.WARNED, Outcome.PASSED, Outcome.MEASURED):
        told = replace(auc(0.6), outcome=outcome)
        assert state(check, piece(told)) == State.PASSED
        assert state(check, piece(replace(told, value=0.4))) == State.FAILED
        assert state(check, piece(replace(told, value=None))) == State.INCONCLUSIVE
        assert state(check, piece(replace(told, sample_size=0))) == State.INCONCLUSIVE
        assert state(check, piece(replace(told, value=0.4, sample_size=0))) == State.FAILED


@pytest.mark.parametrize("check", [AUC, BOUND, TESTS, replace(TESTS, demand=Demand.PRESENT)])
def test_piece_whose_results_are_not_at_hand_leaves_every_check_open_with_the_reason(check: Check) -> None:
    sent = replace(piece(auc(0.9)), findings=(), topics={Category.PERFORMANCE: ["auc"], Category.TESTS: []})
    found = judged(check, [sent], now=NOW, champion="1")
    assert (found.state, found.ref) == (State.INCONCLUSIVE, "EV-1")
    assert "cannot be looked at" in found.reason


@given(st.lists(st.sampled_from(Outcome), min_size=1, max_size=5), st.booleans(), st.integers(0, 48))
def test_tests_let_through_only_when_fresh_whole_and_nothing_went_wrong(
    outcomes: list[Outcome], partial: bool, hours: int
) -> None:
    sent = a_run(*outcomes, measured_at=NOW - hours * HOUR, partial="A part." if partial else "")
    bad = {Outcome.FAILED, Outcome.ERROR, Outcome.INCONCLUSIVE}
    good = hours < 24 and not partial and not bad & set(outcomes) and Outcome.PASSED in outcomes
    assert (state(TESTS, sent) == State.PASSED) == good


def test_starter_plan_reads_back_as_it_was_written() -> None:
    assert plan_from(STARTER.document()) == STARTER
    assert {check.stage for check in STARTER.checks} == set(Stage)
    assert set(STARTER.owners) == set(Stage)


def test_check_that_stays_as_it_was_keeps_since_when_it_stands() -> None:
    first = STARTER.following(Plan(), NOW)
    changed = Plan((replace(first.checks[0], fresh_for=HOUR), *first.checks[1:]), first.owners)
    second = changed.following(first, NOW + HOUR)
    assert [check.since for check in second.checks] == [NOW + HOUR, *[NOW] * (len(first.checks) - 1)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": "fair"}, "checks.0.id"),
        ({"id": "TEST-01"}, "checks.1.id"),
        ({"name": ""}, "checks.0.name"),
        ({"stage": "later"}, "checks.0.stage"),
        ({"demand": "champion", "metric": ""}, "checks.0.metric"),
        ({"demand": "bound", "metric": "auc", "bound": None}, "checks.0.bound"),
        ({"bound": float("nan")}, "checks.0.bound"),
        ({"tiers": [True]}, "checks.0.tiers"),
        ({"kinds": ["planet"]}, "checks.0.kinds"),
        ({"smallest_sample": -1}, "checks.0.smallest_sample"),
        ({"fresh_for_hours": 1e300}, "checks.0.fresh_for_hours"),
        ({"remedy": "x" * 301}, "checks.0.remedy"),
    ],
)
def test_plan_that_cannot_be_says_where(change: dict[str, Any], place: str) -> None:
    document = {"checks": [AUC.asks() | change, TESTS.asks()]}
    with pytest.raises(Invalid) as refused:
        plan_from(document)
    assert list(refused.value.fields) == [place]


def test_plan_that_is_no_object_or_names_no_such_stage_is_refused() -> None:
    for document in (None, [], {"checks": {}}, {"checks": [], "owners": {"soon": "owner"}}):
        with pytest.raises(Invalid):
            plan_from(document)
