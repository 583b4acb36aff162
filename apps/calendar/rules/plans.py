"""What the engine compares: plans with their parts and people, and the times that mean something for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.calendar.enums import Duty, PeriodKind
from apps.calendar.rules.scopes import Part, Scope

Instants = tuple[datetime, datetime]
"""A half-open time [start, end)."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A person whom a plan needs, and for what."""

    user_id: int
    duty: Duty


@dataclass(frozen=True, slots=True)
class Plan:
    """Something that moves parts during [start, end).

    ``live`` is False for what has ended: it holds no time any more, and counts only for the quiet time after it.
    """

    id: int
    start: datetime
    end: datetime
    parts: Mapping[int, Part]
    change_class: str = ""
    people: tuple[Needed, ...] = field(default=())
    live: bool = True

    @property
    def pools(self) -> set[str]:
        """Return the compute pools that its parts run in, as their tags say: ``pool:gpu-a``."""
        return {tag for part in self.parts.values() for tag in part.tags if tag.startswith("pool:")}

    def meets(self, start: datetime, end: datetime) -> bool:
        """Return whether it overlaps [start, end)."""
        return self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class InForce:
    """One instance [start, end) of a period, with what it covers and who is on call in it."""

    period: int
    kind: PeriodKind
    start: datetime
    end: datetime
    scope: Scope
    on_call: tuple[int, ...] = ()

    def covered(self, plan: Plan) -> list[str]:
        """Return the keys of what a plan moves under it, in order."""
        return sorted(part.key for part in plan.parts.values() if self.scope.covers(part, plan.change_class))
