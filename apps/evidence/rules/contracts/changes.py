"""The one form of what differs between two contracts, and how grave it is for whom."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, NamedTuple

from apps.evidence.enums import ContractDirection, ContractKind, ContractLevel
from apps.evidence.rules.readings import text

What = Literal["added", "removed", "changed"]

_WORST_FIRST = tuple(ContractLevel)
_SHOWN = 120


class Effect(NamedTuple):
    """How grave a change is for the consumers and for the producer."""

    consumer: ContractLevel
    producer: ContractLevel

    @property
    def mirrored(self) -> "Effect":
        """What the change back would do: whom it hit before it would now suit."""
        return Effect(self.producer, self.consumer)


class Promise(Enum):
    """Which way a change moves what the contract promises its consumers.

    Less than before breaks consumers, and more breaks a producer who kept the old promise alone. The words and the
    rule are those of datacontract-cli 1.2 (loosens, tightens, both, undetermined, untested).
    """

    LESS = Effect(ContractLevel.BREAKING, ContractLevel.SAFE)
    MORE = Effect(ContractLevel.SAFE, ContractLevel.BREAKING)
    SOMEWHAT_LESS = Effect(ContractLevel.RISKY, ContractLevel.SAFE)
    SOMEWHAT_MORE = Effect(ContractLevel.SAFE, ContractLevel.RISKY)
    OTHER = Effect(ContractLevel.BREAKING, ContractLevel.BREAKING)
    UNCLEAR = Effect(ContractLevel.RISKY, ContractLevel.RISKY)
    SAME = Effect(ContractLevel.SAFE, ContractLevel.SAFE)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs at one place, before anyone asks whom it hits. ``before`` and ``after`` are short texts."""

    path: str
    what: What
    effect: Effect
    rule: str
    sentence: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A change as it hits one side. ``path`` is the place in the document, joined by dots."""

    path: str
    what: What
    level: ContractLevel
    direction: ContractDirection
    rule: str
    sentence: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contracts of one kind, compared. Each change stands in ``differences`` once for each direction."""

    kind: ContractKind
    differences: tuple[Difference, ...]

    def level(self, direction: ContractDirection) -> ContractLevel:
        """Return the worst that any difference does to this side; safe when nothing differs."""
        return worst(found.level for found in self.towards(direction))

    def towards(self, direction: ContractDirection) -> Iterator[Difference]:
        """Yield the differences as they hit this side."""
        return (found for found in self.differences if found.direction == direction)


def comparison(kind: ContractKind, changes: Iterable[Change]) -> Comparison:
    """Return what the changes do to each side, the worst first and then by place."""
    found = [one for change in dict.fromkeys(changes) for one in _hits(change)]
    found.sort(key=lambda one: (_WORST_FIRST.index(one.level), one.path, one.rule, one.direction))
    return Comparison(kind, tuple(found))


def _hits(change: Change) -> Iterator[Difference]:
    path, sentence = text(change.path), text(change.sentence, 500)
    for direction, level in zip(ContractDirection, change.effect, strict=True):
        yield Difference(
            path=path,
            what=change.what,
            level=level,
            direction=direction,
            rule=change.rule,
            sentence=sentence,
            before=change.before,
            after=change.after,
        )


def worst(levels: Iterable[ContractLevel]) -> ContractLevel:
    """Return the gravest of these levels, or safe."""
    return min(levels, key=_WORST_FIRST.index, default=ContractLevel.SAFE)


def what_of(before: Any, after: Any) -> What:
    """Return whether something appeared, went, or changed. None is nothing."""
    if before is None:
        return "added"
    return "removed" if after is None else "changed"


def shown(value: Any) -> str:
    """Return a value of a document as a person reads it in a sentence, shortened where it is long."""
    if value is None:
        return ""
    if isinstance(value, str):
        return text(value, _SHOWN)
    return text(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str), _SHOWN)


def told(subject: str, attribute: str, before: Any, after: Any) -> str:
    """Return a sentence that says how an attribute of something differs."""
    old, new = f"“{shown(before)}”", f"“{shown(after)}”"
    match what_of(before, after):
        case "added":
            return f"{subject}: {attribute} is new and is {new}."
        case "removed":
            return f"{subject}: {attribute} is gone. It was {old}."
        case _:
            return f"{subject}: {attribute} changes from {old} to {new}."
