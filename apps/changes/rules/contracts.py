"""New versions of contracts: whom one hits, who is asked about it, and how it is signed. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.accounts.enums import Role
from apps.approvals.rules import Need
from apps.approvals.rules.timetable import Allowance
from apps.evidence.enums import ContractLevel

BY_CONTRACT = "portal:broken-contract"
"""Stands for the rule of a need that no policy asks: whoever relies on a contract is asked before it breaks."""
_LONGEST = 300


@dataclass(frozen=True)
class Consumer:
    """A component that relies on a contract."""

    key: str
    title: str
    team_id: int | None


@dataclass(frozen=True)
class Proposed:
    """A new version of a contract, compared with the one in force, and whom it hits. ``worst`` is a sentence.

    Which part of a contract a consumer uses is not known: each one that relies on it counts as hit.
    """

    key: str
    title: str
    definition: str
    level: str
    breaking: int
    risky: int
    safe: int
    worst: str
    consumers: tuple[Consumer, ...]

    @property
    def breaks(self) -> bool:
        return self.level == ContractLevel.BREAKING

    @property
    def hit(self) -> tuple[Consumer, ...]:
        """Return the consumers that it breaks, or may break."""
        return self.consumers if self.breaking or self.risky else ()

    def as_content(self) -> dict[str, Any]:
        """Return it as it is signed."""
        return {
            "definition": self.definition,
            "level": self.level,
            "breaking": self.breaking,
            "risky": self.risky,
            "safe": self.safe,
            "consumers": [one.key for one in self.consumers],
        }


def with_consumers(
    needs: Iterable[Need], proposed: Iterable[Proposed], *, due: datetime, allowed: Allowance | None
) -> list[Need]:
    """Return the needs of a change with the owner of each consumer of a contract that it breaks.

    An owner whom the policy asks anyway is asked once, and told of the contract.
    """
    why: dict[Consumer, list[str]] = {}
    for one in proposed:
        for consumer in one.consumers if one.breaks else ():
            why.setdefault(consumer, []).append(
                f"{consumer.title} relies on {one.title}, which this breaks. {one.worst}"
            )
    told = {consumer.key: _shortened(" ".join(lines)) for consumer, lines in why.items()}
    found = [
        replace(need, reason=told.pop(need.component_key))
        if need.role == Role.OWNER and need.component_key in told
        else need
        for need in needs
    ]
    return found + [
        Need(
            role=Role.OWNER,
            question=f"Can {consumer.title} take the new version of what it relies on?"[:_LONGEST],
            reason=told[consumer.key],
            due_at=due,
            component_key=consumer.key,
            component_label=consumer.title,
            team_id=consumer.team_id,
            rule=BY_CONTRACT,
            allowed=allowed,
        )
        for consumer in why
        if consumer.key in told
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def facts_of_contracts(proposed: Collection[Proposed], signed: Collection[str]) -> dict[str, Any]:
    """Return what policy looks at. ``signed`` holds the keys of the components whose owner has signed.

    A change that proposes no new version of a contract says that it changes none.
    """
    broken = {consumer.key for one in proposed if one.breaks for consumer in one.consumers}
    return {
        "contracts.breaking": sum(one.breaking for one in proposed),
        "contracts.risky": sum(one.risky for one in proposed),
        "contracts.consumers_hit": len({consumer.key for one in proposed for consumer in one.hit}),
        "contracts.consumers_agreed": broken <= set(signed),
    }
