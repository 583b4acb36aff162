"""Which step follows which and when, without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.enums import Step, TimeUnit
from apps.approvals.rules.timetable import (
    Allowance,
    Coming,
    Pace,
    after_step,
    due_from,
    first_step,
    may_snooze,
    mornings,
    moved,
    still_to_come,
)
from apps.core.decisions import ALLOWED, denied

LONDON = Pace(TimeUnit.WORKING_DAYS, "Europe/London")
HOURS = Pace()
FRIDAY = datetime(2027, 3, 26, 16, tzinfo=UTC)
"""The clocks of London go forward on the Sunday after it."""
THREE = Allowance(3, TimeUnit.WORKING_DAYS)
MOMENTS = st.integers(0, 20_000_000).map(lambda m: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
PACES = st.sampled_from([HOURS, LONDON, Pace(TimeUnit.WORKING_DAYS, "Africa/Cairo")])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


def test_steps_of_a_normal_change_over_a_weekend_in_which_the_clocks_change() -> None:
    due = due_from(FRIDAY, THREE, LONDON, None)
    steps = still_to_come(first_step(FRIDAY, due, LONDON), due, LONDON)
    assert steps == [
        Coming(Step.REMIND, at("2027-03-30T16:00")),
        Coming(Step.DUE, at("2027-03-31T16:00")),
        Coming(Step.CONTACT, at("2027-04-01T16:00")),
        Coming(Step.MANAGERS, at("2027-04-02T16:00")),
        Coming(Step.EXPIRE, at("2027-04-07T16:00")),
    ]


def test_steps_of_an_urgent_change_do_not_wait_for_monday() -> None:
    due = due_from(FRIDAY, Allowance(4, TimeUnit.HOURS), HOURS, None)
    steps = still_to_come(first_step(FRIDAY, due, HOURS), due, HOURS)
    assert [(one.at - FRIDAY) / timedelta(hours=1) for one in steps] == [2, 4, 5, 6, 28]


def test_due_time_is_not_after_the_start_of_what_is_signed() -> None:
    assert due_from(FRIDAY, THREE, LONDON, at("2027-03-29T09:00")) == at("2027-03-29T09:00")


@given(MOMENTS, st.integers(0, 40_000), st.integers(0, 40_000), PACES)
def test_steps_come_in_order_and_giving_up_leaves_time_after_the_last_word(
    asked: datetime, minutes: int, late: int, pace: Pace
) -> None:
    due = asked + timedelta(minutes=minutes)
    steps = still_to_come(first_step(asked, due, pace), due, pace)
    assert [one.step for one in steps] == list(Step)
    assert [one.at for one in steps] == sorted(one.at for one in steps)
    assert asked <= steps[0].at <= due
    for one in steps[:-1]:
        now = one.at + timedelta(minutes=late)
        following = after_step(one.step, now, due, pace)
        assert following.step == steps[steps.index(one) + 1].step
        if following.step == Step.EXPIRE:
            assert pace.between(now, following.at) >= timedelta(hours=22)
            assert following.at >= steps[-1].at


def test_due_time_that_moves_reminds_again_and_takes_nothing_back() -> None:
    due = at("2027-03-31T16:00")
    later = at("2027-04-02T16:00")
    reminded = after_step(Step.REMIND, at("2027-03-30T16:00"), due, LONDON)
    assert moved(reminded, at("2027-03-31T10:00"), later, LONDON) == Coming(
        Step.REMIND, at("2027-04-01T16:00")
    )
    escalated = Coming(Step.MANAGERS, at("2027-04-02T16:00"))
    assert moved(escalated, at("2027-04-01T17:00"), later, LONDON) == Coming(
        Step.MANAGERS, at("2027-04-06T16:00")
    )


def test_mornings_are_those_of_working_days_before_it_is_due() -> None:
    due = at("2027-03-31T16:00")
    assert mornings(FRIDAY, due, "Europe/London") == [
        at("2027-03-29T09:00"),
        at("2027-03-30T09:00"),
        at("2027-03-31T09:00"),
    ]
    assert mornings(FRIDAY, at("2027-03-29T09:00"), "Europe/London") == []


@pytest.mark.parametrize(
    ("until", "now", "paused", "words"),
    [
        ("2027-03-30T09:00", "2027-03-29T09:00", False, ""),
        ("2027-03-31T16:00", "2027-03-29T09:00", False, "never goes past"),
        ("2027-03-29T09:00", "2027-03-29T09:00", False, "has passed"),
        ("2027-04-02T09:00", "2027-03-31T16:00", False, "overdue"),
        ("2027-03-30T09:00", "2027-03-29T09:00", True, "clock is paused"),
    ],
)
def test_may_snooze_answers_with_its_reason(until: str, now: str, paused: bool, words: str) -> None:
    decision = may_snooze(
        may_sign=ALLOWED, until=at(until), now=at(now), due=at("2027-03-31T16:00"), paused=paused
    )
    assert bool(decision) is not bool(words)
    assert words in f"{decision.reason} {decision.remedy}"


def test_may_snooze_only_what_one_may_sign() -> None:
    refused = denied("You do not hold the role.")
    assert (
        may_snooze(may_sign=refused, until=FRIDAY, now=FRIDAY, due=FRIDAY, paused=False).reason
        == refused.reason
    )
