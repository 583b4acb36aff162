"""What a file of another format gave, what was left of it, and what a format cannot hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.cards.rules.fields import BY_NAME, CardField, is_filled


@dataclass(frozen=True)
class Left:
    """What could not be taken from a file: its place there, and why. It is kept with the card all the same."""

    place: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """What a file gave.

    ``content`` holds what people write, ``stated`` what the file says of fields that the portal keeps itself.
    """

    content: dict[str, Any]
    stated: dict[str, Any] = field(default_factory=dict)
    left: tuple[Left, ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        """Return all fields that the file gave."""
        return self.stated | self.content


@dataclass(frozen=True)
class Lost:
    """What a format cannot hold: a field's label, and which part of it."""

    label: str
    reason: str


@dataclass(frozen=True)
class Written:
    """A file that was written, and what it cannot hold of the card."""

    text: str
    lost: tuple[Lost, ...]


def lost_of(content: Mapping[str, Any], read_back: Mapping[str, Any], target: str) -> tuple[Lost, ...]:
    """Return what is on a card and does not come back from the file that was written of it."""
    filled = [each for name, each in BY_NAME.items() if is_filled(content.get(name))]
    found = [(each, _missing_of(each, content[each.name], read_back.get(each.name))) for each in filled]
    return tuple(Lost(each.label, f"{target} {missing}") for each, missing in found if missing)


def differing(content: Mapping[str, Any], read_back: Mapping[str, Any]) -> list[CardField]:
    """Return the fields of a card that do not come back as they are."""
    filled = (each for name, each in BY_NAME.items() if is_filled(content.get(name)))
    return [each for each in filled if content[each.name] != read_back.get(each.name)]


def _missing_of(each: CardField, held: Any, came_back: Any) -> str:
    if held == came_back:
        return ""
    if not is_filled(came_back):
        return "has no place for it."
    if each.columns and len(held) == len(came_back):
        pairs = list(zip(held, came_back, strict=True))
        labels = [
            column.label.lower()
            for column in each.columns
            if any(a[column.name] != b[column.name] for a, b in pairs)
        ]
        return f"has no place for a part of each row: {', '.join(labels)}."
    return "holds it in part only."
