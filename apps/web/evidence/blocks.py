"""The shapes that evidence takes on a page: facts, tables, prose and lists."""

from dataclasses import dataclass
from typing import Any

from apps.web.interval_plot import Plot

Content = dict[str, Any]
"""What a revision says, as its digest covers it."""


@dataclass(frozen=True)
class Facts:
    """Labelled facts."""

    title: str
    rows: list[tuple[str, str]]
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row names it. ``aside`` says what the numbers are, or what is folded away."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    aside: str = ""
    numeric: bool = False
    folded: bool = False
    kind: str = "table"

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Return each row with the column's name beside each cell, for a phone."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Prose:
    """Words that the requester wrote."""

    title: str
    text: str
    kind: str = "prose"


@dataclass(frozen=True)
class Lines:
    """A short list, such as the steps of a path."""

    title: str
    lines: list[str]
    kind: str = "lines"


Block = Facts | Table | Prose | Lines | Plot
