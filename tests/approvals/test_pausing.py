"""The clock of a requirement against a plain count of the minutes in which a question was open."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.rules.pausing import MOST_PAUSED, Clock

START = datetime(2026, 11, 9, 9, tzinfo=UTC)
DUE = START + timedelta(days=2)
CAP = int(MOST_PAUSED.total_seconds() // 60)


@given(st.lists(st.tuples(st.sampled_from(["ask", "end", "run"]), st.integers(0, 2000)), max_size=30))
def test_clock_moves_the_due_date_by_the_minutes_it_stood_and_no_more(steps: list[tuple[str, int]]) -> None:
    clock, standing, stood, now = Clock(DUE), False, 0, 0
    for step, minutes in steps:
        for _ in range(minutes):  # the oracle: count each minute, up to the cap
            now += 1
            if standing and stood < CAP:
                stood += 1
        at = START + timedelta(minutes=now)
        if step == "ask":
            clock, standing = clock.paused(at), standing or stood < CAP
        elif step == "end":
            clock, standing = clock.resumed(at), False
        if clock.paused_at is None:
            assert clock.due_at == DUE + timedelta(minutes=stood)
            assert clock.paused_for == timedelta(minutes=stood) <= MOST_PAUSED


def test_clock_paused_twice_is_paused_once() -> None:
    once = Clock(DUE).paused(START)
    assert once.paused(START + timedelta(hours=3)) == once
    assert once.resumed(START + timedelta(hours=5)).due_at == DUE + timedelta(hours=5)


def test_clock_that_goes_back_never_brings_the_due_date_forward() -> None:
    assert Clock(DUE).paused(START).resumed(START - timedelta(hours=1)).due_at == DUE
