"""A plan of checks: for each stage who owns it and what it asks, read from a document and written back as one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.catalog.enums import ComponentKind
from apps.core.canonical import digest
from apps.core.errors import Invalid
from apps.evidence.enums import Category, Stage
from apps.evidence.rules.readings import mapping, moment, number

MOST_CHECKS = 200
_ID = re.compile(r"[A-Z][A-Z0-9]{1,11}-[0-9]{2,3}")
_LONGEST_TEXT = 300
OWNERS = (*APPROVING_ROLES, Role.REQUESTER, Role.CHANGE_MANAGER)


class Demand:
    """What a check demands of the results that it is about.

    ``PASSES``: each passed, or warned where others passed. ``BOUND``: its metric is within a bound. ``CHAMPION``: its
    metric is no worse than that of the version in use, by a margin, measured on the same data. ``PRESENT``: it was
    sent.
    """

    PASSES = "passes"
    BOUND = "bound"
    CHAMPION = "champion"
    PRESENT = "present"


DEMANDS = {
    Demand.PASSES: "Every result passed",
    Demand.BOUND: "A number within a bound",
    Demand.CHAMPION: "No worse than the version in use",
    Demand.PRESENT: "It was sent",
}


@dataclass(frozen=True)
class Check:
    """One check of a stage.

    ``kinds`` and ``tiers`` say which components it applies to; empty means each. ``metric`` narrows the results of its
    category; BOUND and CHAMPION need it. ``bound`` is in the metric's own unit, and ``at_least`` says on which side of
    it lies good. For CHAMPION it is the margin: by how much worse it may be. ``each_segment`` demands it of every
    segment too. ``by_interval`` judges the worse end of the interval, and not the value. ``fresh_for`` is how long a
    result counts after it was measured. ``since`` is when the check came to ask what it asks: no earlier result counts
    for a number (EU AI Act, article 9(8): thresholds are set before results). ``blocks`` is False for one that warns.
    """

    id: str
    name: str
    stage: Stage
    category: Category
    demand: str
    kinds: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    metric: str = ""
    bound: float | None = None
    at_least: bool = True
    by_interval: bool = False
    each_segment: bool = False
    smallest_sample: int = 0
    smallest_segment: int = 0
    fresh_for: timedelta | None = None
    blocks: bool = True
    remedy: str = ""
    since: datetime | None = None

    def applies_to(self, kind: str, tier: int) -> bool:
        """Return whether a component of this kind and tier has to meet it."""
        return (not self.kinds or kind in self.kinds) and (not self.tiers or tier in self.tiers)

    @property
    def judges_a_number(self) -> bool:
        return self.demand in (Demand.BOUND, Demand.CHAMPION)

    @property
    def says(self) -> str:
        """Return the SHA-256 of what it asks: another name or remedy is the same check, another bound is not."""
        return digest({name: value for name, value in self.asks().items() if name not in ("name", "remedy")})

    def asks(self) -> dict[str, Any]:
        """Return the document of the check: all but since when it stands."""
        return {
            "id": self.id,
            "name": self.name,
            "stage": str(self.stage),
            "category": str(self.category),
            "demand": self.demand,
            "kinds": list(self.kinds),
            "tiers": list(self.tiers),
            "metric": self.metric,
            "bound": self.bound,
            "at_least": self.at_least,
            "by_interval": self.by_interval,
            "each_segment": self.each_segment,
            "smallest_sample": self.smallest_sample,
            "smallest_segment": self.smallest_segment,
            "fresh_for_hours": None if self.fresh_for is None else self.fresh_for.total_seconds() / 3600,
            "blocks": self.blocks,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class Plan:
    """The checks in their order, and the role that owns each stage."""

    checks: tuple[Check, ...] = ()
    owners: Mapping[Stage, Role] = field(default_factory=dict)

    def of(self, stage: Stage) -> list[Check]:
        return [check for check in self.checks if check.stage == stage]

    def document(self) -> dict[str, Any]:
        """Return what ``plan_from`` reads."""
        checks = [
            check.asks() | {"since": check.since.isoformat() if check.since else None}
            for check in self.checks
        ]
        return {"owners": {str(stage): str(role) for stage, role in self.owners.items()}, "checks": checks}

    def following(self, former: "Plan", now: datetime) -> "Plan":
        """Return the plan with the time since which each check stands: unchanged ones keep theirs."""
        known = {check.id: check for check in former.checks}
        checks = tuple(_since(check, known.get(check.id), now) for check in self.checks)
        return Plan(checks, self.owners)


def _since(check: Check, former: Check | None, now: datetime) -> Check:
    same = former is not None and former.asks() == check.asks()
    return replace(check, since=former.since if same and former else now)


def plan_from(document: Any) -> Plan:
    """Return the plan that a document says.

    Raises:
        Invalid: at each place that cannot be: ``checks.0.bound``.
    """
    problems: dict[str, list[str]] = {}
    held = mapping(document)
    rows = held.get("checks")
    if not isinstance(document, dict) or not isinstance(rows, list):
        raise Invalid({"document": ["A plan is an object with “owners” and a list of “checks”."]})
    if len(rows) > MOST_CHECKS:
        raise Invalid({"checks": [f"A plan has at most {MOST_CHECKS} checks. This has {len(rows)}."]})
    checks = [_check(mapping(row), f"checks.{place}", problems) for place, row in enumerate(rows)]
    ids = [check.id for check in checks]
    for place, check_id in enumerate(ids):
        if check_id in ids[:place]:
            problems.setdefault(f"checks.{place}.id", []).append(f"Another check is called {check_id}.")
    owners = _owners(held.get("owners"), problems)
    if problems:
        raise Invalid(problems)
    return Plan(tuple(checks), owners)


def _owners(value: Any, problems: dict[str, list[str]]) -> dict[Stage, Role]:
    found = {}
    for name, role in mapping(value).items():
        if name not in Stage.values:
            problems[f"owners.{name[:40]}"] = [
                f"There is no such stage. The stages are: {', '.join(Stage.values)}."
            ]
        elif role not in OWNERS:
            problems[f"owners.{name}"] = [f"A stage is owned by one of: {', '.join(OWNERS)}."]
        else:
            found[Stage(name)] = Role(role)
    return found


class _Row:
    """Reads the fields of one check, and notes what is wrong with each."""

    def __init__(self, row: dict[str, Any], place: str, problems: dict[str, list[str]]) -> None:
        self.row, self.place, self.problems = row, place, problems

    def wrong(self, name: str, reason: str) -> None:
        self.problems.setdefault(f"{self.place}.{name}", []).append(reason)

    def text(self, name: str, *, needed: bool = False) -> str:
        value = self.row.get(name, "")
        if not isinstance(value, str):
            self.wrong(name, "This has to be a text.")
            return ""
        if needed and not value.strip():
            self.wrong(name, "This is needed.")
        if len(value) > _LONGEST_TEXT:
            self.wrong(name, f"Keep it to {_LONGEST_TEXT} characters.")
        if "\x00" in value:
            self.wrong(name, "This holds a character that cannot be kept.")
        return value.strip()

    def one_of(self, name: str, known: list[str]) -> str:
        value = self.row.get(name)
        if isinstance(value, str) and value in known:
            return value
        self.wrong(name, f"This is one of: {', '.join(known)}.")
        return known[0]

    def some_of(self, name: str, known: list[Any]) -> tuple[Any, ...]:
        values = self.row.get(name, [])
        if isinstance(values, list) and all(
            value in known and not isinstance(value, bool) for value in values
        ):
            return tuple(values)
        self.wrong(name, f"This is a list of some of: {', '.join(str(one) for one in known)}.")
        return ()

    def flag(self, name: str, default: bool) -> bool:
        value = self.row.get(name, default)
        if isinstance(value, bool):
            return value
        self.wrong(name, "This is true or false.")
        return default

    def number(self, name: str, *, least: float | None = None) -> float | None:
        value = self.row.get(name)
        if value is None:
            return None
        found = number(value)
        if found is None:
            self.wrong(name, "This is a number.")
        elif least is not None and found < least:
            self.wrong(name, f"This is at least {least:g}.")
            return None
        return found

    def whole(self, name: str) -> int:
        found = self.number(name, least=0)
        if found is not None and (found != int(found) or found > 10**12):
            self.wrong(name, "This is a whole number.")
            return 0
        return int(found or 0)


def _check(row: dict[str, Any], place: str, problems: dict[str, list[str]]) -> Check:
    read = _Row(row, place, problems)
    identity = read.text("id", needed=True)
    if identity and not _ID.fullmatch(identity):
        read.wrong("id", "An identity is like FAIR-03: capital letters, a hyphen, two or three digits.")
    hours = read.number("fresh_for_hours", least=0)
    if hours is not None and hours > 24 * 3660:
        read.wrong("fresh_for_hours", "This is at most ten years.")
        hours = None
    check = Check(
        id=identity,
        name=read.text("name", needed=True),
        stage=Stage(read.one_of("stage", Stage.values)),
        category=Category(read.one_of("category", Category.values)),
        demand=read.one_of("demand", list(DEMANDS)),
        kinds=read.some_of("kinds", ComponentKind.values),
        tiers=read.some_of("tiers", [1, 2, 3, 4]),
        metric=read.text("metric"),
        bound=read.number("bound"),
        at_least=read.flag("at_least", True),
        by_interval=read.flag("by_interval", False),
        each_segment=read.flag("each_segment", False),
        smallest_sample=read.whole("smallest_sample"),
        smallest_segment=read.whole("smallest_segment"),
        fresh_for=None if hours is None else timedelta(hours=hours),
        blocks=read.flag("blocks", True),
        remedy=read.text("remedy"),
        since=moment(row.get("since")),
    )
    if check.judges_a_number and not check.metric:
        read.wrong("metric", "Name the metric that is judged.")
    if check.demand == Demand.BOUND and check.bound is None:
        read.wrong("bound", "Give the bound.")
    return check
