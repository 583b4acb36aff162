"""The words and numbers of a week's briefing. Pure."""

from dataclasses import dataclass

from apps.insights.rules.briefing import Figure
from apps.insights.rules.grammar import capital, count_in_words


@dataclass(frozen=True)
class Ended:
    """How many changes ended in a week, and how many of them as planned."""

    as_planned: int
    total: int


def headline(decisions: int, first: str) -> str:
    """Return the week in one line: how many decisions, with its title when it is the only one."""
    if decisions == 0:
        return "No decision is needed this week"
    said = f"{capital(count_in_words(decisions, 'decision'))} this week"
    return f"{said}: {first}" if decisions == 1 else said


def week_figures(
    *, decisions: int, overdue: int, starting: int, started_before: int, ended: Ended, ended_before: Ended
) -> tuple[Figure, ...]:
    """Return the three numbers of a week, each beside the week before or what is late."""
    return (
        Figure(
            value=f"{decisions:,}",
            label="decision needed" if decisions == 1 else "decisions needed",
            comparator=f"{overdue:,} overdue" if overdue else "None is overdue",
            anchor="decisions",
        ),
        Figure(
            value=f"{starting:,}",
            label="change starts" if starting == 1 else "changes start",
            comparator=f"The week before: {started_before:,}",
            anchor="starting",
        ),
        Figure(
            value=_of(ended) if ended.total else "None",
            label="ended as planned" if ended.total else "ended this week",
            comparator=f"The week before: {_of(ended_before)}",
            anchor="ended",
        ),
    )


def _of(ended: Ended) -> str:
    return f"{ended.as_planned:,} of {ended.total:,}" if ended.total else "none ended"
