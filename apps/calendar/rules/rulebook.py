"""The calendar's rulebook: what counts as a conflict, how far it is looked for, and how much it matters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from apps.calendar.enums import ConflictKind, ConflictSeverity
from apps.calendar.rules.scopes import Scope, scope_from
from apps.core.errors import Invalid

DEEPEST = 50
LONGEST_HOURS = 24 * 90
LONGEST_MINUTES = 24 * 60
MOST_DAYS = 90
MOST_LIMITS = 50


@dataclass(frozen=True)
class Limit:
    """At most so many changes at once among those that a scope covers. ``name`` is how people know it."""

    name: str
    scope: Scope
    most: int


_SEVERITIES = {
    ConflictKind.SAME_COMPONENT: ConflictSeverity.BLOCKING,
    ConflictKind.READS: ConflictSeverity.WARNING,
    ConflictKind.WRITES: ConflictSeverity.BLOCKING,
    ConflictKind.FREEZE: ConflictSeverity.BLOCKING,
    ConflictKind.REACHES_FROZEN: ConflictSeverity.NOTICE,
    ConflictKind.OUTSIDE: ConflictSeverity.BLOCKING,
    ConflictKind.COOLDOWN: ConflictSeverity.WARNING,
    ConflictKind.PERSON: ConflictSeverity.WARNING,
    ConflictKind.APPROVER: ConflictSeverity.NOTICE,
    ConflictKind.POOL: ConflictSeverity.WARNING,
    ConflictKind.LIMIT: ConflictSeverity.BLOCKING,
    ConflictKind.BACK_TO_BACK: ConflictSeverity.WARNING,
    ConflictKind.RETRAINING: ConflictSeverity.WARNING,
    ConflictKind.EVENT: ConflictSeverity.NOTICE,
}


@dataclass(frozen=True)
class Rulebook:
    """What is in force. The defaults are those of a portal whose organisation has written none.

    ``reads`` and ``writes`` are the most steps that a dependence is followed through the graph; None follows it
    to the end. ``cooldown`` is the quiet time after a change by tier, ``back_to_back`` the gap under which one
    change follows right after the other. ``notice`` is the lead time by class, in days.
    """

    reads: int | None = 3
    writes: int | None = 3
    severities: Mapping[ConflictKind, ConflictSeverity] = field(default_factory=lambda: dict(_SEVERITIES))
    cooldown: Mapping[int, timedelta] = field(default_factory=lambda: {1: timedelta(hours=24)})
    back_to_back: timedelta = timedelta(minutes=30)
    limits: tuple[Limit, ...] = ()
    notice: Mapping[str, int] = field(default_factory=dict)

    @property
    def after(self) -> timedelta:
        """Return how long after its end a plan can still matter for one that follows."""
        return max([self.back_to_back, *self.cooldown.values()])

    def document(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "reads": self.reads,
            "writes": self.writes,
            "severities": {str(kind): str(value) for kind, value in sorted(self.severities.items())},
            "cooldown_hours": {str(tier): _hours(span) for tier, span in sorted(self.cooldown.items())},
            "back_to_back_minutes": int(self.back_to_back / timedelta(minutes=1)),
            "limits": [
                {"name": one.name, "most": one.most, "scope": one.scope.document()} for one in self.limits
            ],
            "notice_days": dict(sorted(self.notice.items())),
        }


def rulebook_from(document: Mapping[str, Any]) -> Rulebook:
    """Return the rulebook that a document holds; what it does not name is as by default.

    Raises:
        Invalid: each wrong part by its name, with a sentence.
    """
    known = Rulebook().document()
    if not isinstance(document, Mapping):
        raise Invalid({"document": ["The rulebook is a set of named parts."]})
    wrong = {str(name): ["The rulebook has no such part."] for name in document if name not in known}
    whole = known | {name: document[name] for name in document if name in known}
    read: dict[str, Any] = {}
    for name, reader in _READERS.items():
        try:
            read[name] = reader(name, whole[name])
        except Invalid as error:
            wrong[name] = [message for messages in error.fields.values() for message in messages]
    if wrong:
        raise Invalid(wrong)
    return Rulebook(
        read["reads"],
        read["writes"],
        read["severities"],
        read["cooldown_hours"],
        read["back_to_back_minutes"],
        read["limits"],
        read["notice_days"],
    )


def following(current: Rulebook, document: Mapping[str, Any]) -> Rulebook:
    """Return the rulebook that a document would put in force. Raises Invalid as above, or where nothing differs."""
    rulebook = rulebook_from(document)
    if rulebook == current:
        raise Invalid({"document": ["Nothing differs from what is in force."]})
    return rulebook


def _hours(span: timedelta) -> int:
    return int(span / timedelta(hours=1))


def _whole(name: str, value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Invalid({name: [f"Give a whole number from {least} to {most}."]})
    return value


def _depth(name: str, value: Any) -> int | None:
    return None if value is None else _whole(name, value, 0, DEEPEST)


def _severities(name: str, value: Any) -> dict[ConflictKind, ConflictSeverity]:
    if not isinstance(value, Mapping):
        raise Invalid({name: ["Name a severity for each kind of conflict."]})
    for kind, severity in value.items():
        if kind not in ConflictKind.values or severity not in ConflictSeverity.values:
            raise Invalid({name: [f"“{kind}: {severity}” is no kind of conflict with a severity."]})
    given = {ConflictKind(kind): ConflictSeverity(severity) for kind, severity in value.items()}
    return _SEVERITIES | given


def _cooldown(name: str, value: Any) -> dict[int, timedelta]:
    if not isinstance(value, Mapping) or not {str(tier) for tier in value} <= {"1", "2", "3", "4"}:
        raise Invalid({name: ["Give hours by tier, from 1 to 4."]})
    hours = {int(tier): _whole(name, given, 0, LONGEST_HOURS) for tier, given in value.items()}
    return {tier: timedelta(hours=given) for tier, given in hours.items() if given}


def _gap(name: str, value: Any) -> timedelta:
    return timedelta(minutes=_whole(name, value, 0, LONGEST_MINUTES))


def _limits(name: str, value: Any) -> tuple[Limit, ...]:
    if not isinstance(value, list) or len(value) > MOST_LIMITS:
        raise Invalid({name: [f"Give a list of at most {MOST_LIMITS} limits."]})
    found = tuple(_limit(name, one) for one in value)
    if len({one.name for one in found}) < len(found):
        raise Invalid({name: ["Two limits have the same name."]})
    return found


def _limit(name: str, value: Any) -> Limit:
    if not isinstance(value, Mapping) or set(value) - {"name", "most", "scope"}:
        raise Invalid({name: ["A limit has a name, how many are too many, and a scope."]})
    called = value.get("name")
    if not isinstance(called, str) or not 0 < len(called.strip()) <= 80:
        raise Invalid({name: ["Give each limit a name of at most 80 characters."]})
    return Limit(
        called.strip(), scope_from(value.get("scope") or {}), _whole(name, value.get("most"), 1, 1000)
    )


def _notice(name: str, value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping) or not set(value) <= {"standard", "normal", "urgent"}:
        raise Invalid({name: ["Give days by class: standard, normal, urgent."]})
    asked = {str(one): _whole(name, days, 0, MOST_DAYS) for one, days in value.items()}
    return {one: days for one, days in asked.items() if days}


_READERS = {
    "reads": _depth,
    "writes": _depth,
    "severities": _severities,
    "cooldown_hours": _cooldown,
    "back_to_back_minutes": _gap,
    "limits": _limits,
    "notice_days": _notice,
}
