"""Writers of lines and tables: what is in them, what is left out, and that the same order gives the same bytes."""

import csv
import hashlib
import io
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from apps.accounts.models import User
from apps.audit.models import AuditEvent, AuditLeaf, AuditText
from apps.audit.rules.merkle import leaf_hash
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import record_event, seal_pending
from apps.audit.services.keeper import as_keeper
from apps.core import actors, clock
from apps.core.canonical import canonical_bytes
from apps.core.errors import Invalid
from apps.exports.enums import Column, ExportFormat, ExportSubject, Withheld
from apps.exports.rules.columns import columns_of
from apps.exports.rules.orders import Order, Scope
from apps.exports.rules.spreadsheet import safe_cell
from apps.exports.services import lines as lines_module
from apps.exports.services import tables, workbook
from apps.exports.services.files import Finished
from apps.exports.services.writers import WRITERS

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 5)
NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\n=1",
    " =1",
    "a,b;\"c'",
    "’=",
    "\\N",
    "\\.",
    "\x7f\u2028",
]
LINES, CSV, XLSX = ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.XLSX

Write = Callable[..., bytes]


@pytest.fixture
def ledger(small_ledger: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """The small ledger, with an entry whose texts try to break a table, and one about a person."""
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)
    with transaction.atomic():
        for number, text in enumerate(NASTY):
            record_event(
                event="change.noted",
                actor=actors.person(small_ledger),
                obj=("change", f"CHG-9{number}"),
                data={"said": text},
                private={"note": text},
            )
        record_event(
            event="person.created",
            actor=actors.system("import"),
            obj=small_ledger,
            private={"name": "Zoë =Quine", "email": "zoe@example.org"},
        )
    seal_pending()
    return small_ledger


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an order over the newest checkpoint and return the bytes; the file is what the writer says of it."""

    def written(form: ExportFormat, *, scope: Scope | None = None, **asked: Any) -> bytes:
        order = Order(scope or Scope(FIRST, LAST), format=form, **asked)
        checkpoint = latest_checkpoint()
        assert checkpoint is not None
        out = tmp_path / f"out.{form}"
        told: list[tuple[int, int]] = []
        finished: Finished = WRITERS[ExportSubject.ENTRIES, form](
            out=out, order=order, checkpoint=checkpoint, progress=lambda *at: told.append(at)
        )
        content = out.read_bytes()
        assert (finished.file.size, finished.file.sha256) == (
            len(content),
            hashlib.sha256(content).hexdigest(),
        )
        assert told[-1] == (finished.count, finished.count)
        assert [each.name for each in tmp_path.iterdir() if each.suffix == ".part"] == []
        return content

    return written


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_jsonl_holds_each_entry_byte_for_byte_as_it_was_hashed(ledger: User, write: Write) -> None:
    written = write(LINES).split(b"\n")
    assert written.pop() == b""
    leaves = AuditLeaf.objects.select_related("event").order_by("index")
    assert len(written) == leaves.count()
    for line, leaf in zip(written, leaves, strict=True):
        entry = bytes(leaf.event.entry)
        assert line.startswith(b'{"leaf":%d,"entry":%b,"texts":{' % (leaf.index, entry))
        assert leaf_hash(entry) == bytes(leaf.event.leaf_hash)
        texts = {text.name: text.text for text in AuditText.objects.filter(event=leaf.event)}
        assert json.loads(line)["texts"] == texts


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("form", [LINES, CSV])
def test_tables_and_lines_are_the_same_however_small_the_pieces(
    ledger: User, write: Write, monkeypatch: pytest.MonkeyPatch, form: ExportFormat, size: int
) -> None:
    whole = write(form)
    for writer in (lines_module, tables):
        monkeypatch.setattr(writer, "PIECE_LEAVES", size)
    assert write(form) == whole


@pytest.mark.parametrize(
    "scope",
    [
        Scope(date(2026, 3, 2), date(2026, 3, 3)),
        Scope(FIRST, LAST, events=("person.",)),
        Scope(FIRST, LAST, events=("change.noted", "person.created")),
        Scope(date(2020, 1, 1), date(2020, 1, 2)),
    ],
)
def test_tables_and_lines_hold_the_scope_and_nothing_else(ledger: User, write: Write, scope: Scope) -> None:
    wanted = [
        leaf.index
        for leaf in AuditLeaf.objects.select_related("event").order_by("index")
        if scope.start <= leaf.event.at.date() <= scope.end
        and (not scope.events or any(leaf.event.event.startswith(event) for event in scope.events))
    ]
    assert [line["leaf"] for line in lines(write(LINES, scope=scope))] == wanted
    assert [int(row[0]) for row in table(write(CSV, scope=scope))[1:]] == wanted


def test_tables_and_lines_leave_out_what_came_after_the_checkpoint(ledger: User, write: Write) -> None:
    before = write(LINES), write(CSV)
    with transaction.atomic():
        record_event(event="change.noted", actor=actors.system("beat"), obj=("change", "CHG-1"))
    assert (write(LINES), write(CSV)) == before


def test_withheld_texts_are_nowhere_and_the_entries_stand(ledger: User, write: Write) -> None:
    kept, without = lines(write(LINES)), lines(write(LINES, withheld=(Withheld.TEXTS,)))
    assert [line["entry"] for line in without] == [line["entry"] for line in kept]
    assert not any(line["texts"] for line in without)
    head, *rows = table(write(CSV, withheld=(Withheld.TEXTS,)))
    assert Column.TEXTS.label not in head
    assert "zoe@example.org" not in str(rows)
    assert "said “so”" not in str(rows)


def test_withheld_names_are_nowhere_and_other_texts_stand(ledger: User, write: Write) -> None:
    workbook_of_texts = str(sheets(write(XLSX, withheld=(Withheld.NAMES,)))).encode()
    for content in (
        write(LINES, withheld=(Withheld.NAMES,)),
        write(CSV, withheld=(Withheld.NAMES,)),
        workbook_of_texts,
    ):
        assert b"Quine" not in content
        assert b"zoe@example.org" not in content
        assert "said “so”".encode() in content
    assert Column.WHO.label not in table(write(CSV, withheld=(Withheld.NAMES,)))[0]


def test_erased_text_is_left_out(ledger: User, write: Write) -> None:
    with as_keeper():
        AuditText.objects.filter(text="=1+1").delete()
    assert "note: =1+1" not in {row[8] for row in table(write(CSV))}
    assert [line["texts"] for line in lines(write(LINES)) if line["entry"]["data"] == {"said": "=1+1"}] == [
        {}
    ]


def test_csv_says_who_what_and_when_of_each_entry(ledger: User, write: Write) -> None:
    head, *rows = table(write(CSV))
    assert head == Column.labels
    events = AuditEvent.objects.select_related("leaf").order_by("leaf__index")
    assert len(rows) == events.count()
    for row, event in zip(rows, events, strict=True):
        cells = dict(zip(Column, row, strict=True))
        entry = json.loads(bytes(event.entry))
        assert cells[Column.LEAF] == str(event.leaf.index)
        assert cells[Column.TIME] == entry["at"]
        assert cells[Column.WHO] == (
            "Zoë =Quine" if event.actor_key.startswith("person:") else entry["actor"]["id"]
        )
        assert cells[Column.ACTOR] == event.actor_key
        assert cells[Column.EVENT] == event.event
        assert cells[Column.OBJECT] == f"{event.object_type} {event.object_id}"
        assert cells[Column.STEP] == str(event.object_seq)
        assert json.loads(cells[Column.FACTS] or "{}") == entry["data"]
        assert cells[Column.HASH] == bytes(event.leaf_hash).hex()


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_csv_packs_any_text_so_that_no_cell_is_a_formula(texts: list[str]) -> None:
    read = table(tables.packed([texts]))
    assert len(read) == 1
    assert len(read[0]) == len(texts)
    for cell, text in zip(read[0], texts, strict=True):
        assert not re.match(r" *[=+\-@\t\r\n]", cell)
        assert "\x00" not in cell
        assert cell.removeprefix("'") == text.replace("\x00", "").removeprefix("'")


def test_chosen_fields_are_the_columns_in_their_own_order(ledger: User, write: Write) -> None:
    head, first, *_ = table(write(CSV, fields=(Column.EVENT, Column.LEAF)))
    assert head == ["Leaf", "Event"]
    assert first == ["0", "change.noted"]


@pytest.mark.parametrize(
    "asked",
    [
        {"fields": ("nonsense",)},
        {"fields": (Column.WHO,), "withheld": (Withheld.NAMES,)},
        {"fields": (Column.TEXTS,), "withheld": (Withheld.TEXTS,)},
    ],
)
def test_columns_that_are_unknown_or_all_withheld_are_invalid(asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        columns_of(Order(Scope(FIRST, LAST), **asked))
    assert set(refused.value.fields) == {"fields"}


@pytest.mark.parametrize("form", [LINES, CSV, XLSX])
def test_writer_that_is_stopped_leaves_no_file(ledger: User, tmp_path: Path, form: ExportFormat) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    folder = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        WRITERS[ExportSubject.ENTRIES, form](
            out=folder / "out",
            order=Order(Scope(FIRST, LAST), format=form),
            checkpoint=latest_checkpoint(),
            progress=stop,
        )
    assert list(folder.iterdir()) == []


def test_entry_without_texts_ends_as_the_lines_rely_on() -> None:
    """The query looks up no texts for an entry that ends so; another ending would only cost time."""
    entry = {"actor": {}, "at": "", "data": {}, "event": "", "object": {}, "private": {}, "v": 1}
    assert canonical_bytes(entry).endswith(b'"private":{},"v":1}')
    assert len(b'"private":{},"v":1}') == 19


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows():
            assert not [cell for cell in row if cell.data_type == "f" or cell.hyperlink]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
    return {sheet.title: list(sheet.values) for sheet in book.worksheets}


def test_xlsx_says_the_same_as_csv_in_cells_that_are_no_formulas(ledger: User, write: Write) -> None:
    head, *rows = sheets(write(XLSX))["Entries"]
    assert list(head) == Column.labels
    for row, plain in zip(rows, table(write(CSV))[1:], strict=True):
        cells = dict(zip(Column, row, strict=True))
        wanted = dict(zip(Column, plain, strict=True))
        assert str(cells.pop(Column.LEAF)) == wanted.pop(Column.LEAF)
        assert str(cells.pop(Column.STEP)) == wanted.pop(Column.STEP)
        assert f"{cells.pop(Column.TIME).isoformat()}Z" == wanted.pop(Column.TIME).replace(".000000", "")
        assert {name: safe_cell(unescape(text or "")) for name, text in cells.items()} == wanted


def test_xlsx_first_sheet_says_scope_checkpoint_and_who_asked(ledger: User, write: Write) -> None:
    scope = Scope(FIRST, LAST, events=("change.",))
    said = dict(sheets(write(XLSX, scope=scope, asked_by=f"person:{ledger.pk}"))["About"])
    assert said["Days"] == "2026-03-01 to 2026-03-05, both included, in UTC"
    assert said["Events"] == "change."
    assert said["Entries"] == str(AuditEvent.objects.filter(event="change.noted").count())
    assert said["Asked by"] == "Zoë =Quine"
    assert said["Checkpoint"].startswith(f"{latest_checkpoint().size:,} entries, signed 2026-03-05")
    nameless = dict(sheets(write(XLSX, withheld=("names",), asked_by=f"person:{ledger.pk}"))["About"])
    assert nameless["Asked by"] == str(ledger.pk)


def test_xlsx_first_sheet_says_whose_entries_by_name_unless_names_are_withheld(
    ledger: User, write: Write
) -> None:
    scope = Scope(FIRST, LAST, person=ledger.username)
    assert dict(sheets(write(XLSX, scope=scope))["About"])["Person"] == ledger.username
    nameless = dict(sheets(write(XLSX, scope=scope, withheld=("names",)))["About"])
    assert nameless["Person"] == f"person:{ledger.pk}"


def test_xlsx_that_outgrows_a_sheet_goes_on_in_the_next(
    ledger: User, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = (rows for name, rows in sheets(write(XLSX)).items() if name != "About")
    monkeypatch.setattr(workbook, "ROWS", 10)
    parts = sheets(write(XLSX))
    assert list(parts) == ["About", "Entries", "Entries 2", "Entries 3"]
    assert [len(parts[name]) for name in parts if name != "About"] == [11, 11, len(whole) - 20]
    assert [row for name, rows in parts.items() if name != "About" for row in rows[1:]] == whole[1:]


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
@pytest.mark.parametrize("length", [16_000, 16_384, 32_767, 32_768, 60_000])
def test_xlsx_cell_that_is_too_long_says_where_it_was_cut(letter: str, length: int) -> None:
    text = letter * length
    fitted = workbook.fitting(text)
    assert len(fitted.encode("utf-16-le")) <= 2 * workbook.CELL
    if len(text.encode("utf-16-le")) <= 2 * workbook.CELL:
        assert fitted == text
    else:
        assert fitted.endswith("holds no more in a cell]")
        assert text.startswith(fitted.partition(" …")[0])


@pytest.mark.parametrize("form", [LINES, CSV, XLSX])
def test_same_order_and_checkpoint_give_the_same_bytes(
    ledger: User, write: Write, form: ExportFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(form)
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, 1, 1, tzinfo=UTC))
    time.sleep(1.1)
    assert write(form) == first
