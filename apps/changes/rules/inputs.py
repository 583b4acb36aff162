"""What the steps of a proposal take, as a page or the API hands it over.

Errors name fields by their place: ``items.0.to_version``.
"""

from dataclasses import dataclass, field

from apps.changes.enums import Direction, Harm, Likelihood


@dataclass(frozen=True)
class ItemInput:
    """A component to move. ``from_version`` None means the version in use; "" means that it is new there.

    ``register`` adds a to-version that the catalog does not know yet.
    """

    component: str
    to_version: str
    from_version: str | None = None
    difference: str = ""
    register: bool = False


@dataclass(frozen=True)
class MetricInput:
    name: str
    target: float | None
    unit: str = ""
    direction: str = Direction.AT_LEAST
    baseline: float | None = None
    bound: float | None = None


@dataclass(frozen=True)
class NoteInput:
    """A correction of the impact: ``included`` False ticks a hit off, True adds a component that was missed."""

    component: str
    included: bool
    reason: str


@dataclass(frozen=True)
class RiskInput:
    text: str
    likelihood: str = Likelihood.UNLIKELY
    harm: str = Harm.MODERATE
    mitigation: str = ""


@dataclass(frozen=True)
class StepInput:
    """A step of the plan. ``lead`` is a username; ``after`` names steps by their position, from 1."""

    text: str
    lead: str
    minutes: int | None = 15
    way_back: str = ""
    after: tuple[int, ...] = field(default_factory=tuple)
