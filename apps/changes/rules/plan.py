"""The order of a plan: a step may come after steps that stand above it."""

from collections.abc import Sequence

from apps.changes.rules.fields import Problems
from apps.changes.rules.inputs import StepInput


def check_order(steps: Sequence[StepInput], problems: Problems) -> None:
    """Add a problem for each step that names one which is not there, itself, or one that stands below it.

    As each step only waits for those above it, no steps can wait for each other.
    """
    for position, step in enumerate(steps, start=1):
        for other in step.after:
            if not 1 <= other < position:
                problems.add(f"steps.{position - 1}.after", _wrong(position, other, len(steps)))


def _wrong(position: int, other: int, count: int) -> str:
    if other == position:
        return f"Step {position} cannot come after itself."
    if 1 <= other <= count:
        return f"Step {other} stands below step {position}. Move step {position} below it."
    return f"There is no step {other}."


def starts_of(steps: Sequence[tuple[int, Sequence[int]]]) -> list[int]:
    """Return the minute at which each step starts, from (minutes, after) in order.

    A step starts when those that it comes after have ended; one that names none follows the step before it.
    Each comes after steps above it only, as ``check_order`` saw to.
    """
    starts: list[int] = []
    ends: list[int] = []
    for minutes, after in steps:
        before = [ends[one - 1] for one in after] or ends[-1:]
        start = max(before, default=0)
        starts.append(start)
        ends.append(start + minutes)
    return starts
