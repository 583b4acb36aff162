"""The population of a period as a table: every change that counts, and each number that does not with why not."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

from apps.audit.models import Checkpoint
from apps.audit.selectors import Filters
from apps.audit.selectors.entries import matching
from apps.core import clock
from apps.core.errors import PolicyBlocked
from apps.exports.rules.lives import Life
from apps.exports.rules.orders import Order
from apps.exports.rules.population import (
    COUNTED_BY,
    NUMBERS,
    STARTED,
    Cells,
    Field,
    cells_of,
    left_out,
    number_of,
    statement,
)
from apps.exports.services.files import Draft, Finished
from apps.exports.services.lives import lives_of, revisions_of
from apps.exports.services.reading import Progress
from apps.exports.services.reports.telling import Telling
from apps.exports.services.tables import packed
from apps.exports.services.workbook import MADE_FOR, fitting

_WIDTHS = {Field.TITLE: 48, Field.DIGEST: 66, Field.LEAVES: 60, Field.WHY_NOT: 40}


class Population:
    """The rows of a period's population, in the order of their numbers, a few at once in memory.

    Raises:
        PolicyBlocked: the order narrows the days, so that it could not be complete.
    """

    def __init__(self, order: Order, checkpoint: Checkpoint) -> None:
        if order.scope.is_filtered:
            raise PolicyBlocked(
                "The full population holds every change of its days.", remedy="Take the other filters away."
            )
        self.order, self.checkpoint = order, checkpoint
        self.refs = self._named(COUNTED_BY)
        self.produced = self._named((STARTED,))
        self._missing: Counter[str] = Counter()

    def rows(self, progress: Progress) -> Iterator[Cells]:
        """Yield a row for each number from the first change to the last, those not counted too."""
        counted = set(self.refs)
        first, last = (number_of(self.refs[0]), number_of(self.refs[-1])) if self.refs else (0, -1)
        total, done = last - first + 1, 0
        progress(0, total)
        for lives in lives_of((f"CHG-{number}" for number in range(first, last + 1)), self.checkpoint.size):
            yield from self._cells(lives, counted)
            done += len(lives)
            progress(done, total)

    def statement(self) -> list[tuple[str, str]]:
        """Return what the file says of its completeness, once all rows are read."""
        scope, checkpoint = self.order.scope, self.checkpoint
        days = f"{scope.start} to {scope.end}, both included, in UTC"
        sealed = f"{checkpoint.size:,} entries, signed {clock.iso(checkpoint.created_at)}"
        return [
            *statement(days, self.refs, len(self.produced), self._missing),
            ("Ledger", checkpoint.origin),
            ("Checkpoint", sealed),
            ("Root hash", bytes(checkpoint.root).hex()),
        ]

    def _cells(self, lives: list[Life], counted: set[str]) -> Iterator[Cells]:
        within = [life for life in lives if life.ref in counted]
        revisions = revisions_of(within)
        tell = Telling(self.order)
        contents = {ref: revision.content for ref, revision in revisions.items()}
        tell.learn(within, contents.values())
        for life in lives:
            if life.ref in counted:
                yield cells_of(life, self.order.scope.period, contents.get(life.ref, {}), tell)
            else:
                row = left_out(life)
                self._missing[str(row[Field.WHY_NOT]).partition(":")[0]] += 1
                yield row

    def _named(self, events: tuple[str, ...]) -> list[str]:
        period = self.order.scope.period
        found = matching(Filters(start=period.start, end=period.end, object_type="change", events=events))
        refs = (
            found.filter(leaf__index__lt=self.checkpoint.size).values_list("object_id", flat=True).distinct()
        )
        return sorted(refs, key=number_of)


def write_population_csv(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write the population as RFC 4180 text; it is a ``writers.Writer``."""
    population = Population(order, checkpoint)
    rows = population.rows(progress)
    with Draft(out) as draft:
        draft.write(packed([[field.label for field in Field]]))
        while some := list(islice(rows, 500)):
            draft.write(packed([[str(cells.get(field, "")) for field in Field] for cells in some]))
        return Finished(draft.finish(), len(population.refs))


def write_population_jsonl(
    *, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress
) -> Finished:
    """Write a line ``{"change": …}`` for each number, and last ``{"statement": …}``; it is a ``writers.Writer``."""
    population = Population(order, checkpoint)
    with Draft(out) as draft:
        for cells in population.rows(progress):
            draft.write(_line({"change": {str(field): cells[field] for field in Field if field in cells}}))
        draft.write(_line({"statement": dict(population.statement())}))
        return Finished(draft.finish(), len(population.refs))


def write_population_xlsx(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write the population as a workbook, with a first sheet on its completeness; it is a ``writers.Writer``."""
    population = Population(order, checkpoint)
    with Draft(out) as draft, tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.xlsx"
        with xlsxwriter.Workbook(str(made), MADE_FOR | {"tmpdir": folder}) as book:
            book.set_properties({"created": checkpoint.created_at.replace(tzinfo=None)})
            about, changes = book.add_worksheet("About"), book.add_worksheet("Changes")
            _fill(book, changes, population.rows(progress))
            _say(book, about, population.statement())
        with made.open("rb") as source:
            shutil.copyfileobj(source, draft, 1 << 20)
        return Finished(draft.finish(), len(population.refs))


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _say(book: Any, sheet: Any, rows: list[tuple[str, str]]) -> None:
    sheet.set_column(0, 0, 38)
    sheet.set_column(1, 1, 90)
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    for place, (name, said) in enumerate(rows):
        sheet.write_string(place, 0, name, bold)
        sheet.write_string(place, 1, said, wrapped)


def _fill(book: Any, sheet: Any, rows: Iterator[Cells]) -> None:
    bold, last = book.add_format({"bold": True, "bottom": 1}), 0
    sheet.freeze_panes(1, 1)
    for place, field in enumerate(Field):
        sheet.set_column(place, place, _WIDTHS.get(field, max(12, len(field.label) + 2)))
        sheet.write_string(0, place, field.label, bold)
    for last, cells in enumerate(rows, 1):
        for place, field in enumerate(Field):
            if field in NUMBERS and field in cells:
                sheet.write_number(last, place, int(cells[field]))
            elif cells.get(field):
                sheet.write_string(last, place, fitting(str(cells[field])))
    sheet.autofilter(0, 0, last, len(Field) - 1)
