"""How the changes made from a standard change went, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.changes.enums import ChangeClass
from apps.changes.models import Change
from apps.changes.selectors import said_within
from apps.reviews.enums import Outcome

_WELL = (Outcome.SUCCESSFUL, Outcome.WITH_ISSUES)


@dataclass(frozen=True)
class Use:
    """A change made from a standard change: whether it went as one, and how it turned out."""

    change: Change
    version: int
    standard: bool
    left: list[str]
    outcome: str

    @property
    def outcome_word(self) -> str:
        """Return how it turned out in a word or two; empty before it ended."""
        return Outcome(self.outcome).label if self.outcome else ""


def use_of(change: Change, outcome: str) -> Use:
    """Return one change made from a standard change as a row of its list."""
    assert change.standard is not None
    return Use(
        change,
        change.standard.number,
        change.change_class == ChangeClass.STANDARD,
        said_within(change).get("left", []),
        outcome,
    )


def how_it_went(outcomes: Iterable[str]) -> str:
    """Return “4 of 5 that ended went well (80 %).”, or that none has ended."""
    ended = list(outcomes)
    if not ended:
        return "None has ended yet."
    well = sum(outcome in _WELL for outcome in ended)
    return f"{well:,} of {len(ended):,} that ended went well ({100 * well // len(ended)} %)."
