"""What goes into a bundle.

The entries of a period are the leaves from the first to the last whose time lies in it, with every leaf in
between, so that nothing can be missing in the middle. The leaves just outside are added as edges: their times
show that nothing is missing at either end. Leaves never change, so they are read in short batches, each on its
own, and a long export keeps no transaction open.
"""

import csv
import io
import json
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import connection

from apps.audit.models import AuditText, Checkpoint
from apps.audit.selectors import public_key_text
from apps.audit.selectors.tree import leaf_hashes
from apps.core import clock
from apps.exports.rules.orders import Order
from apps.exports.rules.period import Period
from apps.exports.rules.spreadsheet import safe_cell
from apps.exports.services.container import Container
from apps.exports.services.files import Finished
from apps.exports.services.reading import (
    People,
    Progress,
    Row,
    actor_key,
    batches_between,
    naming_the_broken,
    rows_between,
    texts_of,
)
from apps.exports.services.revisions import NamedRevisions

_VERIFIER = Path(__file__).resolve().parent.parent / "verifier"
_REPORT_HEAD = ["Leaf", "Time (UTC)", "Who", "Actor", "Event", "Object", "Step", "Facts", "Texts"]

_SPAN = """
SELECT min(l.index), max(l.index) FROM audit_event e JOIN audit_leaf l ON l.event_id = e.id
WHERE e.at >= %s AND e.at < %s AND l.index < %s
"""
_BEFORE = """
SELECT coalesce(max(l.index) + 1, 0) FROM audit_event e JOIN audit_leaf l ON l.event_id = e.id
WHERE e.at < %s AND l.index < %s
"""


@dataclass(frozen=True)
class _Span:
    """Leaves ``first`` to ``end``, the last not included."""

    first: int
    end: int

    @property
    def count(self) -> int:
        return self.end - self.first


def write_bundle(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write the bundle of an order over a checkpoint to ``out``; it is a ``writers.Writer``."""
    period = order.scope.period
    span = _span(period, checkpoint.size)
    with Container(out, checkpoint.created_at) as container:
        container.add("README.txt", (_VERIFIER / "README.txt").read_bytes())
        container.add("verify.py", (_VERIFIER / "verify.py").read_bytes())
        container.add("checkpoint", checkpoint.note.encode())
        container.add("keys.json", _json([{"key": public_key_text()}]))
        with container.member("leafhashes.bin", packed=False) as stream:
            for piece in leaf_hashes(checkpoint.size):
                stream.write(piece)
        _write_entries(container, span, progress)
        _write_edges(container, span, checkpoint.size)
        return Finished(container.finish(_statement(checkpoint, period, span)), span.count)


def _statement(checkpoint: Checkpoint, period: Period, span: _Span) -> dict[str, Any]:
    return {
        "format": "countersign-bundle/1",
        "origin": checkpoint.origin,
        "tree_size": checkpoint.size,
        "sealed_at": clock.iso(checkpoint.created_at),
        "period": {"start": clock.iso(period.start), "end": clock.iso(period.end)},
        "first": span.first,
        "count": span.count,
    }


def _span(period: Period, size: int) -> _Span:
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, [period.start, period.end, size])
        first, last = cursor.fetchone()
        if first is not None:
            return _Span(first, last + 1)
        # An empty period lies between two leaves: its place is after the last that came before it.
        cursor.execute(_BEFORE, [period.start, size])
        place = cursor.fetchone()[0]
        return _Span(place, place)


def _write_entries(container: Container, span: _Span, progress: Progress) -> None:
    """Write the entries, and beside them, over temporary files, everything that is made from them."""
    people = People()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        names = ("indexes.txt", "texts.jsonl", "revisions.jsonl", "report.csv")
        paths = {name: Path(folder) / name for name in names}
        beside = {name: stack.enter_context(path.open("wb")) for name, path in paths.items()}
        report = _Report(beside["report.csv"], people)
        revisions = stack.enter_context(closing(NamedRevisions(beside["revisions.jsonl"], Path(folder))))
        progress(0, span.count)
        with container.member("entries.jsonl", packed=False) as entries:
            for rows in batches_between(span.first, span.end):
                entries.write(b"".join(row.entry + b"\n" for row in rows))
                beside["indexes.txt"].write(b"".join(b"%d\n" % row.index for row in rows))
                texts = texts_of(rows)
                beside["texts.jsonl"].write(_text_lines(rows, texts))
                with naming_the_broken(rows):
                    revisions.write([row.entry for row in rows])
                    report.write(rows, texts)
                progress(rows[-1].index + 1 - span.first, span.count)
        report.flush()
        stack.close()
        for name, path in paths.items():
            container.add(name, path)
    container.add("people.json", _json(people.names))


def _write_edges(container: Container, span: _Span, size: int) -> None:
    places = [index for index in (span.first - 1, span.end) if 0 <= index < size]
    rows = [row for index in places for row in rows_between(index, index + 1)]
    with naming_the_broken(rows):
        lines = [_json({"index": row.index, "entry": row.entry.decode()}) for row in rows]
    container.add("edges.jsonl", b"".join(lines))


def _text_lines(rows: list[Row], texts: dict[int, list[AuditText]]) -> bytes:
    return b"".join(
        _json({"index": row.index, "name": text.name, "salt": bytes(text.salt).hex(), "text": text.text})
        for row in rows
        for text in texts.get(row.event_id, ())
    )


class _Report:
    """The readable table of the entries."""

    def __init__(self, stream: IO[bytes], people: People) -> None:
        self._text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        self._csv = csv.writer(self._text, lineterminator="\r\n")
        self._csv.writerow(_REPORT_HEAD)
        self._people = people

    def write(self, rows: list[Row], texts: dict[int, list[AuditText]]) -> None:
        """Add a batch."""
        decoded = [(row, json.loads(row.entry)) for row in rows]
        self._people.learn({actor_key(entry) for _, entry in decoded})
        self._csv.writerows(
            self._line(row.index, entry, texts.get(row.event_id, [])) for row, entry in decoded
        )

    def flush(self) -> None:
        """Hand everything on, and let go of the stream."""
        self._text.detach()

    def _line(self, index: int, entry: dict[str, Any], texts: list[AuditText]) -> list[str]:
        actor, obj = actor_key(entry), entry["object"]
        facts = json.dumps(entry["data"], ensure_ascii=False, sort_keys=True) if entry["data"] else ""
        cells = [
            str(index),
            entry["at"],
            self._people.name(actor),
            actor,
            entry["event"],
            f"{obj['type']} {obj['id']}",
            str(obj["seq"]),
            facts,
            "\n".join(f"{text.name}: {text.text}" for text in texts),
        ]
        return [safe_cell(cell) for cell in cells]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"
