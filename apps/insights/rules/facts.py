"""What a briefing is made from: the facts of one change, already read from the database."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Move:
    """One component that a change moves. ``from_version`` is blank when it is new."""

    title: str
    from_version: str
    to_version: str


@dataclass(frozen=True)
class Reached:
    """A component that the change can reach, with its kind in words and who owns it, a team or a person."""

    title: str
    kind: str
    owner: str = ""


@dataclass(frozen=True)
class Scenario:
    """Something that could go wrong, with the values of ``Likelihood`` and ``Harm``."""

    text: str
    likelihood: str
    harm: str
    mitigation: str = ""


@dataclass(frozen=True)
class Promise:
    """A success metric: where it is today (None when not measured) and where it should be."""

    name: str
    unit: str
    baseline: float | None
    target: float


@dataclass(frozen=True)
class Ahead:
    """That a change went ahead before everyone had signed: how many have yet to, by when, and how it ended.

    ``end`` is a value of ``BreakGlassEnd``, blank while signatures are missing.
    """

    missing: int
    due: datetime
    end: str


@dataclass(frozen=True)
class Facts:
    """Everything that a briefing of one change may say. ``today`` is the instant of reading."""

    ref: str
    title: str
    state: str
    requester: str
    today: datetime
    zone: ZoneInfo
    summary: str = ""
    outcome: str = ""
    cost_of_waiting: str = ""
    moves: tuple[Move, ...] = ()
    reached: tuple[Reached, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    promises: tuple[Promise, ...] = ()
    rollback_plan: str = ""
    rollback_minutes: int | None = None
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    actual_start: datetime | None = None
    actual_end: datetime | None = None
    decide_by: datetime | None = None
    waiting_for: tuple[str, ...] = ()
    """Each signature that is still missing, in words: ``Service Owner for loan-decision``."""
    ahead: Ahead | None = None
    blocked_by: tuple[str, ...] = ()
    """What the change must not meet: ``CHG-1051``, ``Peak trading freeze``."""
    review_ref: str = ""
    review_due: datetime | None = None
    review_outcome: str = ""
    """In words, once the review is signed; blank before."""
