"""The value of a field of a card as people read it."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.cards.rules import CardField, Column, Kind, is_filled
from apps.web import dates
from apps.web.card_page.sources import Source
from apps.web.markdown import markdown
from apps.web.planning.measures import measure


@dataclass(frozen=True)
class Cell:
    """A cell of a table of rows: a text, or Markdown."""

    head: str
    text: str
    html: SafeString | None = None


@dataclass(frozen=True)
class Shown:
    """A field with its value in one of four shapes: Markdown, a text, lines, or a table. All are empty without one."""

    field: CardField
    html: SafeString | None = None
    text: str = ""
    lines: list[str] = dataclasses.field(default_factory=list)
    heads: list[str] = dataclasses.field(default_factory=list)
    rows: list[list[Cell]] = dataclasses.field(default_factory=list)
    sources: list[Source] = dataclasses.field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Return whether nobody filled it in."""
        return not (self.html or self.text or self.lines or self.rows)


def shown(field: CardField, value: Any, people: Mapping[int, User], sources: Iterable[Source] = ()) -> Shown:
    """Return a field as a page shows it. ``people`` are those whom its owners name, by number."""
    said = list(sources)
    if not is_filled(value):
        return Shown(field, sources=said)
    if field.kind is Kind.MARKDOWN:
        return Shown(field, html=markdown(value), sources=said)
    if field.kind is Kind.LIST:
        return Shown(field, lines=list(value), sources=said)
    if field.kind is Kind.PEOPLE:
        return Shown(field, lines=[named(pk, people) for pk in value], sources=said)
    if field.kind in (Kind.ROWS, Kind.METRICS):
        return _table(field, value, said)
    return Shown(field, text=_text(field.kind, field.choices, value), sources=said)


def named(number: int, people: Mapping[int, User]) -> str:
    """Return the printed name of a person of the portal."""
    return str(people[number]) if number in people else "Somebody who has left"


def _table(field: CardField, rows: list[dict[str, Any]], sources: list[Source]) -> Shown:
    """Return rows as a table, without the columns that no row fills."""
    columns = [one for one in field.columns if any(is_filled(row.get(one.name)) for row in rows)]
    cells = [[_cell(column, row.get(column.name), field.kind) for column in columns] for row in rows]
    return Shown(field, heads=[one.label for one in columns], rows=cells, sources=sources)


def _cell(column: Column, value: Any, of: Kind) -> Cell:
    if not is_filled(value):
        unmeasured = of is Kind.METRICS and column.kind is Kind.NUMBER
        return Cell(column.label, "Not measured" if unmeasured else "")
    if column.kind is Kind.MARKDOWN:
        return Cell(column.label, value, markdown(value))
    if column.kind is Kind.LIST:
        return Cell(column.label, ", ".join(value))
    return Cell(column.label, _text(column.kind, column.choices, value))


def _text(kind: Kind, choices: Iterable[tuple[str, str]], value: Any) -> str:
    if kind is Kind.CHOICE:
        return dict(choices).get(value, str(value))
    if kind in (Kind.NUMBER, Kind.COUNT):
        return measure(value)
    return dates.day(date.fromisoformat(value)) if kind is Kind.DATE else str(value)
