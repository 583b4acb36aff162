from datetime import UTC, date, datetime

import pytest

from apps.reviews.enums import Outcome, Verdict
from apps.reviews.models import ActionItem, RealisedMetric, Review
from apps.reviews.rules import (
    Standing,
    add_working_days,
    due_from,
    may_complete,
    may_sign,
    may_write,
    missing_fields,
    suggested_outcome,
    verdict,
)


@pytest.mark.parametrize(
    ("direction", "realised", "bound", "said"),
    [
        ("at_least", 0.82, 0.78, Verdict.MET),
        ("at_least", 0.80, 0.78, Verdict.WITHIN_BOUND),
        ("at_least", 0.78, 0.78, Verdict.WITHIN_BOUND),
        ("at_least", 0.70, 0.78, Verdict.MISSED),
        ("at_least", 0.80, None, Verdict.MISSED),
        ("at_least", None, 0.78, Verdict.NOT_MEASURED),
        ("at_most", 0.82, 0.90, Verdict.MET),
        ("at_most", 0.0, 0.90, Verdict.MET),
        ("at_most", 0.85, 0.90, Verdict.WITHIN_BOUND),
        ("at_most", 0.95, 0.90, Verdict.MISSED),
        ("at_most", None, None, Verdict.NOT_MEASURED),
    ],
)
def test_verdict_any_value_follows_the_direction(
    direction: str, realised: float | None, bound: float | None, said: Verdict
) -> None:
    metric = RealisedMetric(direction=direction, target=0.82, bound=bound, realised=realised)
    assert verdict(metric) == said


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("completed", Outcome.SUCCESSFUL),
        ("rolled_back", Outcome.ROLLED_BACK),
        ("failed", Outcome.FAILED),
        ("closed", ""),
    ],
)
def test_suggested_outcome_follows_the_state(state: str, outcome: str) -> None:
    assert suggested_outcome(state) == outcome


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 11, 5), date(2026, 11, 12)),
        (date(2026, 11, 6), date(2026, 11, 13)),
        (date(2026, 11, 7), date(2026, 11, 13)),
        (date(2026, 11, 8), date(2026, 11, 13)),
    ],
)
def test_working_days_skip_the_weekend(day: date, later: date) -> None:
    assert add_working_days(day, 5) == later


def test_due_from_late_evening_counts_the_day_of_the_zone() -> None:
    # 23:30 UTC on a Wednesday is already Thursday in Tokyo.
    due = due_from(datetime(2026, 11, 4, 23, 30, tzinfo=UTC), "Asia/Tokyo")
    assert due.isoformat() == "2026-11-12T17:00:00+09:00"


OPEN = Review(state="open")
SIGNED = Review(state="signed")


@pytest.mark.parametrize(
    "standing", [Standing(requester=True), Standing(lead=True), Standing(change_manager=True)]
)
def test_may_write_those_who_took_part_is_allowed(standing: Standing) -> None:
    assert may_write(OPEN, standing)


@pytest.mark.parametrize("standing", [Standing(), Standing(sponsor=True), Standing(owner=True)])
def test_may_write_anyone_else_is_told_who_may(standing: Standing) -> None:
    decision = may_write(OPEN, standing)
    assert not decision
    assert "requester" in decision.reason


def test_may_write_signed_review_is_denied() -> None:
    assert not may_write(SIGNED, Standing(requester=True))


@pytest.mark.parametrize(
    "standing", [Standing(change_manager=True), Standing(sponsor=True), Standing(owner=True)]
)
def test_may_sign_those_who_answer_is_allowed(standing: Standing) -> None:
    assert may_sign(OPEN, standing)


def test_may_sign_requester_is_denied_whatever_else_they_are() -> None:
    decision = may_sign(OPEN, Standing(requester=True, change_manager=True, sponsor=True, owner=True))
    assert not decision
    assert decision.reason == "You asked for this change, so someone else signs its review."
    assert decision.remedy


@pytest.mark.parametrize("standing", [Standing(), Standing(lead=True)])
def test_may_sign_anyone_else_is_denied(standing: Standing) -> None:
    assert not may_sign(OPEN, standing)


def test_may_sign_twice_is_denied() -> None:
    assert not may_sign(SIGNED, Standing(change_manager=True))


def test_missing_fields_blank_text_counts_as_missing() -> None:
    assert set(missing_fields(Review(what_happened="  "))) == {"outcome", "what_happened"}
    assert missing_fields(Review(outcome="failed", what_happened="It broke.")) == {}


def test_may_complete_only_its_owner_or_a_change_manager() -> None:
    action = ActionItem(owner_id=1)
    assert may_complete(action, user_id=1, change_manager=False)
    assert may_complete(action, user_id=2, change_manager=True)


def test_may_complete_done_action_is_denied() -> None:
    action = ActionItem(owner_id=1, done_at=datetime(2026, 11, 5, tzinfo=UTC))
    assert not may_complete(action, user_id=1, change_manager=True)
