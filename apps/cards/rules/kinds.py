"""What a field of a card, or a column of its rows, can be: how people write it, and its shape in JSON."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a value is written, and its plain JSON shape."""

    LINE = "line"
    """A text of one line: ``""`` when it is empty."""
    MARKDOWN = "markdown"
    """A text of several lines, read as Markdown: ``""`` when it is empty."""
    DATE = "date"
    """A day as ``"2026-11-22"``: ``""`` when it is empty."""
    CHOICE = "choice"
    """One of the field's choices: ``""`` when none is made."""
    NUMBER = "number"
    """A number: ``None`` when it was not measured, never 0."""
    COUNT = "count"
    """A whole number from 1: ``None`` when nobody counted."""
    LIST = "list"
    """Lines, one for each: ``[]`` when it is empty."""
    ROWS = "rows"
    """A list of objects, each with a key for every column: ``[]`` when it is empty."""
    METRICS = "metrics"
    """As rows, and each metric is there once for its slice, dataset, split and task."""
    PEOPLE = "people"
    """The numbers of people of the portal: ``[]`` when nobody is named."""


class Keeper(StrEnum):
    """Who fills a field in."""

    PEOPLE = "people"
    PORTAL = "portal"
    """The portal alone, from its own records: it is shown and exported, and no edition or import holds it."""


@dataclass(frozen=True)
class Column:
    """A column of a field's rows. A row that lacks a ``needed`` one is refused."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    needed: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> Any:
        """Return what stands there when nothing was written."""
        return empty_of(self.kind)


def empty_of(kind: Kind) -> Any:
    """Return the value of a field or column that nobody filled in."""
    if kind in (Kind.LIST, Kind.ROWS, Kind.METRICS, Kind.PEOPLE):
        return []
    return None if kind in (Kind.NUMBER, Kind.COUNT) else ""
