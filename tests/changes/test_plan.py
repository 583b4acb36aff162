"""When the steps of a plan start."""

from hypothesis import given
from hypothesis import strategies as st

from apps.changes.rules.fields import Problems
from apps.changes.rules.inputs import StepInput
from apps.changes.rules.plan import check_order, starts_of

STEPS = st.lists(
    st.tuples(st.integers(1, 90), st.lists(st.integers(0, 7), max_size=3, unique=True)), max_size=6
)


def _slow_start(steps: list[tuple[int, list[int]]], position: int) -> int:
    """Return when a step starts, asking for each that it waits for anew."""
    waits = steps[position - 1][1] or ([position - 1] if position > 1 else [])
    return max((_slow_start(steps, one) + steps[one - 1][0] for one in waits), default=0)


@given(STEPS)
def test_starts_of_a_plan_that_passes_are_those_of_the_oracle(steps: list[tuple[int, list[int]]]) -> None:
    problems = Problems()
    check_order([StepInput("x", "amara", minutes, after=tuple(after)) for minutes, after in steps], problems)
    wrong = {
        f"steps.{place}.after"
        for place, (_, after) in enumerate(steps)
        if any(not 1 <= one <= place for one in after)
    }
    assert set(problems.fields) == wrong
    if not wrong:
        assert starts_of(steps) == [_slow_start(steps, one) for one in range(1, len(steps) + 1)]
