"""Entries as an Excel workbook. Every text is a text: no cell is a formula or a link."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from apps.audit.models import Checkpoint
from apps.core import clock
from apps.exports.enums import Column, Withheld
from apps.exports.rules.columns import columns_of
from apps.exports.rules.orders import Order
from apps.exports.services.files import Draft, Finished
from apps.exports.services.reading import People, Progress, person_said
from apps.exports.services.tables import Table

ROWS = 1_048_575
"""How many entries a sheet holds: Excel's 1,048,576 rows without the head."""

CELL = 32_767
"""How many UTF-16 units Excel keeps in a cell."""

_CUT = " … [cut here: Excel holds no more in a cell]"
MADE_FOR = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,
}
"""How every workbook is made: row by row to the disk, every text as it is."""

_WIDTHS = {
    Column.LEAF: 10,
    Column.TIME: 23,
    Column.WHO: 22,
    Column.EVENT: 24,
    Column.OBJECT: 28,
    Column.STEP: 7,
    Column.FACTS: 60,
    Column.TEXTS: 60,
}
_WIDTH = 20


def write_xlsx(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write the entries as a workbook, with a first sheet about it; it is a ``writers.Writer``."""
    table = Table(order, checkpoint.size)
    with Draft(out) as draft, tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.xlsx"
        with xlsxwriter.Workbook(str(made), MADE_FOR | {"tmpdir": folder}) as book:
            # Without a time of its own it would note the clock's, and no two would be alike.
            book.set_properties({"created": checkpoint.created_at.replace(tzinfo=None)})
            _say_what_it_is(book, order, checkpoint, table)
            _fill(book, table, columns_of(order), progress)
        # Packing takes long, and someone may have cancelled meanwhile.
        progress(table.wanted.count, table.wanted.count)
        with made.open("rb") as source:
            shutil.copyfileobj(source, draft, 1 << 20)
        return Finished(draft.finish(), table.wanted.count)


def _say_what_it_is(book: Any, order: Order, checkpoint: Checkpoint, table: Table) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for row, (name, said) in enumerate(_about(order, checkpoint, table)):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, said, wrapped)


def _about(order: Order, checkpoint: Checkpoint, table: Table) -> list[tuple[str, str]]:
    scope = order.scope
    withheld = [Withheld(each).label for each in order.withheld]
    return [
        ("Export of", f"The ledger of {checkpoint.origin}"),
        ("Days", f"{scope.start} to {scope.end}, both included, in UTC"),
        ("Component", scope.component or "Any"),
        ("Change", scope.change or "Any"),
        ("Person", person_said(order) or "Anyone"),
        ("Events", ", ".join(scope.events) or "All"),
        ("Entries", f"{table.wanted.count:,}"),
        ("Withheld", ", ".join(withheld) or "Nothing"),
        ("Asked by", _asker(order)),
        ("Checkpoint", f"{checkpoint.size:,} entries, signed {clock.iso(checkpoint.created_at)}"),
        ("Root hash", bytes(checkpoint.root).hex()),
        (
            "What it proves",
            "Nothing by itself. A bundle of the same days proves its entries without the portal.",
        ),
    ]


def _asker(order: Order) -> str:
    people = People()
    if Withheld.NAMES not in order.withheld:
        people.learn({order.asked_by})
    return people.name(order.asked_by)


def _fill(book: Any, table: Table, columns: tuple[Column, ...], progress: Progress) -> None:
    """Write the entries, on as many sheets as they need."""
    sheets = _Sheets(book, table.head, columns)
    for rows in table.batches(progress):
        for cells in rows:
            sheets.add(cells)
    sheets.close()


class _Sheets:
    """The sheets of entries: when one is full, the next begins."""

    def __init__(self, book: Any, head: list[str], columns: tuple[Column, ...]) -> None:
        self._book, self._head, self._columns = book, head, columns
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        self._count = 0
        self._begin()

    def add(self, cells: list[str]) -> None:
        """Add a row."""
        if self._row == ROWS:
            self.close()
            self._begin()
        self._row += 1
        for place, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            if column in (Column.LEAF, Column.STEP):
                self._sheet.write_number(self._row, place, int(cell))
            elif column == Column.TIME:
                at = datetime.fromisoformat(cell).replace(tzinfo=None)
                self._sheet.write_datetime(self._row, place, at, self._time)
            elif cell:
                self._sheet.write_string(self._row, place, fitting(cell))

    def close(self) -> None:
        """Put the filter over the rows that there are."""
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)

    def _begin(self) -> None:
        self._count += 1
        self._row = 0
        self._sheet = self._book.add_worksheet("Entries" if self._count == 1 else f"Entries {self._count}")
        self._sheet.freeze_panes(1, 0)
        for place, (column, title) in enumerate(zip(self._columns, self._head, strict=True)):
            self._sheet.set_column(place, place, _WIDTHS.get(column, _WIDTH))
            self._sheet.write_string(0, place, title, self._bold)


def fitting(text: str) -> str:
    """Return the text as far as a cell holds it, and say where it was cut."""
    clean = text.replace("\x00", "")
    units = clean.encode("utf-16-le") if len(clean) > CELL // 2 else b""
    if len(units) <= 2 * CELL:
        return clean
    return units[: 2 * (CELL - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
