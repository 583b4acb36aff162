from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.changes.enums import ChangeState
from apps.insights.rules.briefing import build_briefing
from apps.insights.rules.covering import Coming, Counts, Covered, Ended, First, build_period
from apps.insights.rules.facts import Facts, Move, Promise, Reached, Scenario
from apps.insights.rules.paper import WORD_LIMIT
from apps.insights.rules.periods import PeriodKind, period_of
from apps.insights.rules.readability import GRADE_GOAL

FULL = Facts(
    ref="CHG-1042",
    title="Credit-risk and fraud",
    state=ChangeState.IN_REVIEW,
    requester="Noor Rahimi",
    today=datetime(2026, 11, 10, 9, tzinfo=UTC),
    zone=ZoneInfo("Europe/London"),
    summary="We teach the model that scores loan applicants with data up to September.",
    outcome="Fewer loans go bad.",
    cost_of_waiting="About £10,000 a week in losses that we can avoid.",
    moves=(Move("credit-risk", "2.3", "2.4"), Move("fraud-score", "1.8", "1.9")),
    reached=(
        Reached("Loan app", "product", "Lending"),
        Reached("loan-decision", "service", "Lending"),
        Reached("fraud-gateway", "service", "Payments"),
    ),
    scenarios=(
        Scenario("Staff see slow pages", "rare", "minor"),
        Scenario(
            "The model could turn down good applicants",
            "possible",
            "severe",
            "We watch approvals each hour.",
        ),
    ),
    promises=(Promise("AUC on last quarter", "", 0.79, 0.82), Promise("Bad loans", "%", None, 2.0)),
    rollback_plan="One switch puts both models back.",
    rollback_minutes=4,
    planned_start=datetime(2026, 11, 19, 6, tzinfo=UTC),
    planned_end=datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
    decide_by=datetime(2026, 11, 12, 17, tzinfo=UTC),
    waiting_for=("Change Sponsor", "Service Owner for loan-decision"),
)


def test_briefing_in_review_asks_first_and_says_by_when() -> None:
    decision = build_briefing(FULL).decision

    assert decision.heading == "Do we go ahead on Thursday 19 November?"
    assert decision.by_text == "Thursday 12 November, 17:00"
    assert decision.text == (
        "Two signatures are missing: the Change Sponsor and the Service Owner for loan-decision."
    )


def test_week_with_several_decisions_names_the_change_that_it_asks_about() -> None:
    week, first = period_of(PeriodKind.WEEK, date(2026, 11, 12)), First("CHG-1", "Loan scoring", FULL.today)
    for number, said in (
        (1, "One decision this week: Loan scoring"),
        (3, "Three decisions this week. The first: Loan scoring"),
    ):
        counts = Counts(number, 0, 0, 0, Ended(0, 0), Ended(0, 0))
        covered = Covered(week, FULL.today, FULL.zone, counts, Coming(), first=first)
        assert build_period(covered, build_briefing(FULL)).title == said


def test_briefing_one_signature_missing_is_singular() -> None:
    decision = build_briefing(replace(FULL, waiting_for=("Change Sponsor",))).decision
    assert decision.text == "One signature is missing: the Change Sponsor."


def test_briefing_parts_are_in_the_fixed_order() -> None:
    headings = [part.heading for part in build_briefing(FULL).parts]
    assert headings == [
        "What changes",
        "Who it affects",
        "What could go wrong",
        "How we undo it",
        "Cost of waiting",
    ]


def test_briefing_full_change_reads_as_written() -> None:
    texts = {part.key: part.text for part in build_briefing(FULL).parts}

    assert texts["affects"] == (
        "It can reach one product and two services. "
        "People meet it in Loan app. "
        "These parts belong to Lending and Payments."
    )
    assert texts["wrong"] == (
        "The model could turn down good applicants. This is possible, and the harm would be severe. "
        "We watch approvals each hour. "
        "Staff see slow pages. This is very unlikely, and the harm would be minor."
    )
    assert texts["undo"] == "One switch puts both models back. Going back takes about 4 minutes."


def test_briefing_empty_change_says_what_is_missing() -> None:
    empty = Facts(
        ref="CHG-1",
        title="",
        state=ChangeState.DRAFT,
        requester="Noor Rahimi",
        today=FULL.today,
        zone=FULL.zone,
    )
    texts = {part.key: part.text for part in build_briefing(empty).parts}

    assert texts == {
        "changes": "Nothing has been chosen yet.",
        "affects": "As far as the catalog shows, it reaches nothing else.",
        "wrong": "No risk was named.",
        "undo": "No way back was given. How long going back takes was not given.",
        "waiting": "No cost of waiting was given.",
    }


def test_briefing_numbers_each_have_a_comparator() -> None:
    figures = build_briefing(FULL).figures

    assert [(each.value, each.comparator) for each in figures] == [
        ("0.82", "Expected. Today: 0.79"),
        ("3", "2 parts move"),
        ("4 min", "The window: 2 h 30 min"),
    ]


def test_briefing_baseline_not_measured_is_written_out() -> None:
    figures = build_briefing(replace(FULL, promises=FULL.promises[1:])).figures
    assert figures[0].comparator == "Expected. Today: not measured"


def test_briefing_full_change_is_short_and_plain() -> None:
    briefing = build_briefing(FULL)
    assert briefing.measure.words <= WORD_LIMIT
    assert briefing.measure.grade <= GRADE_GOAL
    assert briefing.measure.failing == ()


@pytest.mark.parametrize("state", list(ChangeState))
def test_briefing_any_state_says_whether_a_decision_is_needed(state: ChangeState) -> None:
    decision = build_briefing(replace(FULL, state=state)).decision
    assert decision.needed is (state == ChangeState.IN_REVIEW)
    assert decision.heading
    assert decision.text.endswith(".")


def test_briefing_rolled_back_says_when_and_how_long() -> None:
    facts = replace(
        FULL,
        state=ChangeState.ROLLED_BACK,
        actual_start=datetime(2026, 11, 5, 10, tzinfo=UTC),
        actual_end=datetime(2026, 11, 5, 10, 54, tzinfo=UTC),
        review_due=datetime(2026, 11, 12, 17, tzinfo=UTC),
    )
    assert build_briefing(facts).decision.text == (
        "It was rolled back on Thursday 5 November after 54 minutes. "
        "The review is due by Thursday 12 November."
    )


LONG = st.text(alphabet=st.sampled_from("ab .\n-é"), max_size=1500)


@given(summary=LONG, plan=LONG, risk=LONG, mitigation=LONG, cost=LONG, names=st.lists(LONG, max_size=4))
def test_briefing_whatever_people_write_stays_within_the_limit(
    summary: str, plan: str, risk: str, mitigation: str, cost: str, names: list[str]
) -> None:
    facts = replace(
        FULL,
        summary=summary,
        rollback_plan=plan,
        cost_of_waiting=cost,
        scenarios=(Scenario(risk, "likely", "severe", mitigation),) * 3,
        waiting_for=tuple(names),
        blocked_by=tuple(names),
        reached=tuple(Reached(name, "product", name) for name in names),
    )
    briefing = build_briefing(facts)
    assert briefing.measure.words <= WORD_LIMIT
    assert len(briefing.figures) <= 3


def test_briefing_of_an_approved_change_in_a_freeze_does_not_say_that_it_starts() -> None:
    facts = replace(FULL, state=ChangeState.APPROVED, waiting_for=(), blocked_by=("the freeze “Peak”",))
    decision = build_briefing(facts).decision
    assert decision.heading == "Approved, but it cannot start yet"
    assert "it clashes with the freeze “Peak”" in decision.text
    assert "It starts on" not in decision.text
