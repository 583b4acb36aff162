"""A walk over two OpenAPI descriptions: where it is, what it found, and who writes what there."""

from dataclasses import dataclass, field
from typing import Any

from apps.evidence.enums import ContractLevel
from apps.evidence.rules.contracts import json_schema
from apps.evidence.rules.contracts.changes import Change, Effect, Promise, What, shown
from apps.evidence.rules.contracts.references import Pair, Remote
from apps.evidence.rules.contracts.walking import Levels, Place, Side, Walk

_RISKY, _SAFE, _BREAKING = ContractLevel.RISKY, ContractLevel.SAFE, ContractLevel.BREAKING

_CUSTOMS: Levels = {
    # Nobody counts on what is not declared, so a new property harms no caller. Whoever sends one that is gone may be
    # refused, or not be heard; whoever reads one that was optional had to do without it already.
    (Side.SENT, "property-added"): _SAFE,
    (Side.SENT, "property-removed"): _RISKY,
    (Side.SENT, "required-property-removed"): _RISKY,
    (Side.GOT, "property-added"): _SAFE,
    (Side.GOT, "property-removed"): _RISKY,
    (Side.GOT, "required-property-added"): _SAFE,
    (Side.GOT, "required-property-removed"): _BREAKING,
    (Side.GOT, "others-added"): _SAFE,
    # A bound that is new often writes down what was refused already.
    (Side.SENT, "bound-added"): _RISKY,
    # Nobody reads a response by its pattern.
    (Side.GOT, "pattern-added"): _SAFE,
    (Side.GOT, "pattern-removed"): _SAFE,
    (Side.GOT, "pattern-changed"): _SAFE,
    # Most callers have a way out for a value that they do not know.
    (Side.GOT, "enum-value-added"): _RISKY,
    (Side.GOT, "enum-removed"): _RISKY,
    (Side.SENT, "all-of-removed"): _RISKY,
    (Side.GOT, "all-of-removed"): _RISKY,
    # What is left out means something else than before, though every request is still taken.
    (Side.SENT, "readonly-added"): _RISKY,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a description, and what a person calls it.

    ``written`` is its address as the old and the new description write it: the names in braces may differ.
    """

    path: tuple[str, ...]
    words: str
    written: tuple[str, str] = ("", "")

    def at(self, *path: str, words: str = "") -> "Spot":
        """Return a place below this one."""
        return Spot((*self.path, *path), words or self.words, self.written)


@dataclass(slots=True)
class Api:
    """The comparison of two descriptions. ``sent`` and ``got`` say who writes requests and responses."""

    pair: Pair
    sent: Side = Side.SENT
    got: Side = Side.GOT
    found: list[Change] = field(default_factory=list)
    walks: dict[Side, Walk] = field(default_factory=dict)

    def turned(self) -> "Api":
        """Return the same comparison for what the producer calls at the consumer's."""
        return Api(self.pair, self.got, self.sent, self.found, self.walks)

    def tell(
        self,
        spot: Spot,
        rule: str,
        effect: Effect,
        what: What,
        sentence: str,
        before: Any = None,
        after: Any = None,
    ) -> None:
        """Note a change. The sentence begins with what it is about, which the spot adds."""
        subject = spot.words[:1].upper() + spot.words[1:]
        self.found.append(
            Change(
                ".".join(spot.path), what, effect, rule, f"{subject}: {sentence}", shown(before), shown(after)
            )
        )

    def unresolved(self, old: Any, new: Any, spot: Spot) -> bool:
        """Return whether one of two parts lies behind a reference that is not followed, and note it if they differ."""
        ends = self.pair.old.opened(old), self.pair.new.opened(new)
        if not any(isinstance(end, Remote) for end in ends):
            return False
        if not self.pair.unchanged(old, new):
            words = "a reference leads out of the file and is not fetched, so nobody can tell what differs behind it."
            self.tell(spot, "reference-unresolved", Promise.UNCLEAR.value, "changed", words, *ends)
        return True

    def schemas(self, old: Any, new: Any, spot: Spot, side: Side) -> None:
        """Compare what two schemas let through at a spot."""
        if side not in self.walks:
            self.walks[side] = Walk(self.pair, side, _CUSTOMS, lenient=True, found=self.found)
        use = "which callers send" if side == Side.SENT else "which callers get"
        json_schema.compare(self.walks[side], old, new, Place(spot.path, spot.words, use=use))
