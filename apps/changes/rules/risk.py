"""How risky a change is, in four steps, from what it can reach and its class."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.catalog.enums import DataClass
from apps.changes.enums import ChangeClass
from apps.changes.rules.impact import ImpactRow

WORDS = {1: "Low", 2: "Moderate", 3: "High", 4: "Severe"}


@dataclass(frozen=True)
class Moved:
    """What risk needs to know of a component that moves."""

    tier: int
    data_class: str


@dataclass(frozen=True)
class Risk:
    """``level`` from 1 low to 4 severe, and the sentence that explains it."""

    level: int
    sentence: str

    @property
    def word(self) -> str:
        return WORDS[self.level]


def risk_of(moved: Sequence[Moved], impact: Sequence[ImpactRow], change_class: str) -> Risk:
    """Return the risk of a change.

    It starts from the most critical tier that the change moves or reaches (tier 1: 3, tier 2: 2, else 1). An urgent
    class adds one, for there is less time to look; so do personal data that moves, when it is not yet high.
    """
    reached = [row for row in impact if row.included]
    tier = min([one.tier for one in moved] + [row.tier for row in reached], default=4)
    level = {1: 3, 2: 2}.get(tier, 1)
    terms = [_tier_term(tier, moved, reached)]
    if any(one.data_class == DataClass.PERSONAL for one in moved):
        terms.append("It moves personal data.")
        level = max(level, 2) if level >= 2 else level + 1
    if change_class == ChangeClass.URGENT:
        terms.append("It is urgent, so there is less time to look.")
        level += 1
    return Risk(min(level, 4), " ".join(terms))


def _tier_term(tier: int, moved: Sequence[Moved], reached: Sequence[ImpactRow]) -> str:
    count = sum(one.tier == tier for one in moved) + sum(row.tier == tier for row in reached)
    if not count:
        return "No new version is chosen yet."
    noun = "component" if count == 1 else "components"
    return f"It moves or reaches {count} {noun} of tier {tier}."
