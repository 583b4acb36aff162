"""Entries as a table, one a row, for people and their spreadsheets."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.audit.models import AuditText, Checkpoint
from apps.exports.enums import Column, Withheld
from apps.exports.rules.columns import columns_of
from apps.exports.rules.orders import Order
from apps.exports.rules.spreadsheet import safe_cell
from apps.exports.services.files import Draft, Finished
from apps.exports.services.reading import (
    NAMES_PEOPLE,
    People,
    Progress,
    Row,
    Wanted,
    actor_key,
    naming_the_broken,
    rows_of,
    texts_of,
    wanted_of,
)

PIECE_LEAVES = 2_000


def write_csv(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write the entries as RFC 4180 text in UTF-8, safe to open in a spreadsheet; it is a ``writers.Writer``."""
    table = Table(order, checkpoint.size)
    with Draft(out) as draft:
        draft.write(packed([table.head]))
        for rows in table.batches(progress):
            draft.write(packed(rows))
        return Finished(draft.finish(), table.wanted.count)


def packed(rows: list[list[str]]) -> bytes:
    """Return rows as RFC 4180 text of which a spreadsheet runs nothing."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


@dataclass(frozen=True)
class _Line:
    """All that the cells of one entry are made from."""

    row: Row
    entry: dict[str, Any]
    texts: list[AuditText]
    people: People


class Table:
    """The cells of an order's entries, batch by batch. A name or a text is what it is when its batch is read."""

    def __init__(self, order: Order, size: int) -> None:
        self._columns = columns_of(order)
        self._cells = [_CELLS[column] for column in self._columns]
        self._names_withheld = Withheld.NAMES in order.withheld
        self._people = People()
        self.wanted: Wanted = wanted_of(order.scope, size)

    @property
    def head(self) -> list[str]:
        """Return the titles of the columns."""
        return [column.label for column in self._columns]

    def batches(self, progress: Progress) -> Iterator[list[list[str]]]:
        """Yield the rows in the order of their leaves."""
        progress(0, self.wanted.count)
        done = 0
        for piece in self.wanted.pieces(PIECE_LEAVES):
            found = rows_of(piece)
            with naming_the_broken(found):
                rows = self._rows(found)
            yield rows
            done += len(rows)
            progress(done, self.wanted.count)

    def _rows(self, rows: list[Row]) -> list[list[str]]:
        decoded = [(row, row.decoded()) for row in rows]
        if Column.WHO in self._columns:
            self._people.learn({actor_key(entry) for _, entry in decoded})
        texts = texts_of([row for row, entry in decoded if self._has_texts(entry)])
        lines = (_Line(row, entry, texts.get(row.event_id, []), self._people) for row, entry in decoded)
        return [[cell(line) for cell in self._cells] for line in lines]

    def _has_texts(self, entry: dict[str, Any]) -> bool:
        hidden = self._names_withheld and entry["object"]["type"] == NAMES_PEOPLE
        return Column.TEXTS in self._columns and bool(entry["private"]) and not hidden


def _facts(line: _Line) -> str:
    data = line.entry["data"]
    return json.dumps(data, ensure_ascii=False, sort_keys=True) if data else ""


_CELLS: dict[Column, Callable[[_Line], str]] = {
    Column.LEAF: lambda line: str(line.row.index),
    Column.TIME: lambda line: line.entry["at"],
    Column.WHO: lambda line: line.people.name(actor_key(line.entry)),
    Column.ACTOR: lambda line: actor_key(line.entry),
    Column.EVENT: lambda line: line.entry["event"],
    Column.OBJECT: lambda line: f"{line.entry['object']['type']} {line.entry['object']['id']}",
    Column.STEP: lambda line: str(line.entry["object"]["seq"]),
    Column.FACTS: _facts,
    Column.TEXTS: lambda line: "\n".join(f"{text.name}: {text.text}" for text in line.texts),
    Column.HASH: lambda line: line.row.leaf_hash.hex(),
}
