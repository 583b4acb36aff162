"""A walk over two schemas at once: where it is, which way values move there, and what that means for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from apps.core.errors import Invalid
from apps.evidence.enums import ContractLevel
from apps.evidence.rules.contracts.changes import Change, Effect, Promise, What, shown
from apps.evidence.rules.contracts.references import Pair

_MOST_STEPS = 200_000


class Side(Enum):
    """Who writes the values that a schema describes: the consumer sends them, or gets them from the producer."""

    SENT = "sent"
    GOT = "got"


class Move(Enum):
    """What happens to the set of values that a schema lets through."""

    NARROWS = "narrows"
    WIDENS = "widens"
    BOTH = "both"
    UNCLEAR = "unclear"
    NONE = "none"

    @property
    def turned(self) -> "Move":
        """The move of everything that the schema does not let through."""
        return {Move.NARROWS: Move.WIDENS, Move.WIDENS: Move.NARROWS}.get(self, self)


# What the consumer sends is a promise of the producer to take it: letting less through promises less. What the
# consumer gets is one to send nothing else: letting less through promises more.
_SENT = {
    Move.NARROWS: Promise.LESS,
    Move.WIDENS: Promise.MORE,
    Move.BOTH: Promise.OTHER,
    Move.UNCLEAR: Promise.UNCLEAR,
    Move.NONE: Promise.SAME,
}
_OPPOSITES = {"added": "removed", "tightened": "loosened", "narrowed": "widened", "refused": "admitted"}
_OPPOSITES |= {after: before for before, after in _OPPOSITES.items()}

Levels = Mapping[tuple[Side, str], ContractLevel]
"""How grave a rule is for consumers where custom differs from what follows from the values alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk is: the path in the document, and what a person calls it.

    ``use`` says in words how a schema here is used. ``turned`` is true inside a ``not``. ``idle`` is true where no such
    value is ever written: what is read-only is not sent, and what is write-only is not got.
    """

    path: tuple[str, ...]
    where: str
    name: str = ""
    use: str = ""
    turned: bool = False
    idle: bool = False

    def at(self, *path: str, name: str = "") -> "Place":
        """Return the place below this one; ``name`` is the property that it is, if any."""
        known = f"{self.name}.{name}" if self.name and name else name or self.name
        # Written out: ``replace`` takes three times as long, and each node of a schema asks this some ten times.
        return Place((*self.path, *path), self.where, known, self.use, self.turned, self.idle)

    def __str__(self) -> str:
        if not self.name:
            return self.where[:1].upper() + self.where[1:]
        return f"“{self.name}”" + (f" in {self.where}" if self.where else "")


@dataclass(slots=True)
class Walk:
    """One comparison of schemas. ``lenient`` follows the customs of APIs, where nobody sends what is not declared."""

    pair: Pair
    side: Side
    levels: Levels
    lenient: bool
    steps: list[int] = field(default_factory=lambda: [0])
    found: list[Change] = field(default_factory=list)
    moves: set[Move] = field(default_factory=set)
    seen: set[tuple[int, int, bool, bool]] = field(default_factory=set)
    ahead: list[tuple[Any, Any, Place]] = field(default_factory=list)
    trying: bool = False

    def trial(self) -> "Walk":
        """Return a walk of its own over the same documents, to learn how two parts of them compare."""
        return Walk(self.pair, self.side, self.levels, self.lenient, self.steps, trying=True)

    def entered(self, old: Any, new: Any, place: Place) -> bool:
        """Return whether this pair of nodes was entered before on this walk.

        Raises:
            Invalid: ``new`` refers to itself in so many ways that no end is in sight.
        """
        self.steps[0] += 1
        if self.steps[0] > _MOST_STEPS:
            raise Invalid(
                {"new": ["The contracts are too entangled to compare: their schemas refer to each other."]}
            )
        key = id(old), id(new), place.turned, place.idle
        known = key in self.seen
        self.seen.add(key)
        return known

    def tell(
        self,
        place: Place,
        rule: str,
        move: Move,
        what: What,
        sentence: str,
        before: Any = None,
        after: Any = None,
    ) -> None:
        """Note a change. The sentence begins with what it is about, which the place adds."""
        move = move.turned if place.turned else move
        self.moves.add(move)
        self.found.append(
            Change(
                path=".".join(place.path),
                what=what,
                effect=self._effect(place, rule, move),
                rule=rule,
                sentence=f"{place}: {sentence}",
                before=shown(before),
                after=shown(after),
            )
        )

    def _effect(self, place: Place, rule: str, move: Move) -> Effect:
        effect = _SENT[move].value
        if self.side == Side.GOT:
            effect = effect.mirrored
        if not place.turned and move != Move.NONE:
            effect = Effect(
                self.levels.get((self.side, rule), effect.consumer),
                self.levels.get((self.side, opposite(rule)), effect.producer),
            )
        if place.idle:
            return Effect(*(ContractLevel.SAFE if one == ContractLevel.BREAKING else one for one in effect))
        return effect


def opposite(rule: str) -> str:
    """Return the rule that the same change the other way round falls under."""
    *start, last = rule.split("-")
    return "-".join((*start, _OPPOSITES.get(last, last)))
