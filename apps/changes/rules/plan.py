"""The order of a plan: steps name those that they come after, and no step waits for itself."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from apps.changes.rules.fields import Problems
from apps.changes.rules.inputs import StepInput


def check_order(steps: Sequence[StepInput], problems: Problems) -> None:
    """Add a problem for each step that names a step which is not there, itself, or a circle."""
    positions = range(1, len(steps) + 1)
    sound = True
    for position, step in zip(positions, steps, strict=True):
        for other in step.after:
            if other == position:
                problems.add(f"steps.{position - 1}.after", f"Step {position} cannot come after itself.")
                sound = False
            elif other not in positions:
                problems.add(f"steps.{position - 1}.after", f"There is no step {other}.")
                sound = False
    if sound:
        _check_circle(steps, problems)


def _check_circle(steps: Sequence[StepInput], problems: Problems) -> None:
    sorter = TopologicalSorter({position: step.after for position, step in enumerate(steps, start=1)})
    try:
        sorter.prepare()
    except CycleError as error:
        circle: list[int] = list(reversed(error.args[1]))
        said = ", ".join(f"{one} comes after {other}" for one, other in zip(circle, circle[1:], strict=False))
        problems.add(
            f"steps.{circle[0] - 1}.after", f"These steps wait for each other: {said}. Break the circle."
        )


def starts_of(steps: Sequence[tuple[int, Sequence[int]]]) -> list[int]:
    """Return the minute at which each step starts, from (minutes, after) in order.

    A step starts when those that it comes after have ended; one that names none follows the step before it.
    """
    starts: list[int] = []
    ends: list[int] = []
    for minutes, after in steps:
        known = [ends[one - 1] for one in after if one <= len(ends)]
        start = max(known) if known else (ends[-1] if ends else 0)
        starts.append(start)
        ends.append(start + minutes)
    return starts
