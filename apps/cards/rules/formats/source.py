"""Reads a parsed file value by value, and knows afterwards what nobody asked for."""

import math
from collections.abc import Iterator
from typing import Any

from apps.cards.rules.formats.telling import Left

Path = tuple[str | int, ...]

MOST_LEFT = 200
_NO_FIELD = "A card has no field for it."


class Ledger:
    """Which places of a file were taken, and what was said of others."""

    def __init__(self) -> None:
        self.taken: set[Path] = set()
        self.above: set[Path] = {()}
        self.said: list[Left] = []

    def take(self, path: Path) -> None:
        """Mark a place as taken."""
        self.taken.add(path)
        self.above.update(path[:end] for end in range(len(path)))

    def leave(self, path: Path, reason: str) -> None:
        """Say why a place is not taken; it counts as asked for."""
        self.take(path)
        self.said.append(Left(spoken(path), reason))


class Node:
    """A value of the file at its place. What is not there, or of another kind, reads as nothing and stays untaken."""

    def __init__(self, value: Any, ledger: Ledger, path: Path = ()) -> None:
        self.value = value
        self.ledger = ledger
        self.path = path

    def __getitem__(self, key: str) -> "Node":
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, self.ledger, (*self.path, key))

    def items(self) -> "list[Node]":
        """Return the parts of a list; a value that stands alone is a list of one."""
        if isinstance(self.value, list):
            return [Node(value, self.ledger, (*self.path, place)) for place, value in enumerate(self.value)]
        return [] if self.value is None else [self]

    def text(self) -> str:
        """Take a text; a number counts as one."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            return ""
        self.ledger.take(self.path)
        return self.value.strip() if isinstance(self.value, str) else str(self.value)

    def line(self) -> str:
        """Take a text as one line."""
        return " ".join(self.text().split())

    def either(self, *keys: str) -> str:
        """Take a text that stands here by itself, or under the first of these keys that has one."""
        return self.text() or next(filter(None, (self[key].text() for key in keys)), "")

    def number(self) -> float | None:
        """Take a number, also one that is written as text; say so when it is none."""
        if self.value is None or self.value == "" or isinstance(self.value, list | dict):
            return None
        number = number_of(self.value)
        if number is None:
            said = str(self.value)[:60]
            self.leave(f"“{said}” is no number, so the card says “not measured”.")
        else:
            self.ledger.take(self.path)
        return number

    def leave(self, reason: str) -> None:
        """Say why this is not taken."""
        self.ledger.leave(self.path, reason)

    def left(self) -> tuple[Left, ...]:
        """Return what was said, and every place that nobody asked for."""
        found = [
            *self.ledger.said,
            *(Left(spoken(path), _NO_FIELD) for path in self._untaken(self.value, ())),
        ]
        more = len(found) - MOST_LEFT
        if more > 0:
            found = [*found[:MOST_LEFT], Left("further places", f"There are {more:,} more like these.")]
        return tuple(found)

    def _untaken(self, value: Any, path: Path) -> Iterator[Path]:
        if path in self.ledger.taken or value in (None, "", [], {}):
            return
        if path not in self.ledger.above:
            yield path
        elif isinstance(value, dict):
            for key, each in value.items():
                yield from self._untaken(each, (*path, key))
        elif isinstance(value, list):
            for place, each in enumerate(value):
                yield from self._untaken(each, (*path, place))


def number_of(value: Any) -> float | None:
    """Return a finite number, also of a text that is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def said_of(number: float | None) -> str:
    """Return a number as formats write it that keep numbers as text: 0.9, and 12 rather than 12.0."""
    if number is None:
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def spoken(path: Path) -> str:
    """Return a place as people write it: ``model_details.owners[0].name``; places count from 0, as in the file."""
    if not path:
        return "the whole file"
    parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return "".join(parts).removeprefix(".")[:200]
