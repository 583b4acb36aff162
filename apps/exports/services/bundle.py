"""What goes into a bundle.

The entries of a period are the leaves from the first to the last whose time lies in it, with every leaf in
between, so that nothing can be missing in the middle. The leaves just outside are added as edges: their times
show that nothing is missing at either end. Of a filtered bundle only the matching leaves of that span are in it, each
with its proof of inclusion. Where an entry is retired, the line of its tombstone stands in its place. Leaves never
change, so they are read in short batches, each on its own, and a long export keeps no transaction open.

What a bundle holds follows from its order and its checkpoint, so writing it again gives the same bytes for as long as
the keys, the anchors, the names and the texts beside the entries stay what they are.
"""

import base64
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path
from typing import Any

from apps.audit.models import Checkpoint
from apps.audit.rules.merkle import consistency_proof, inclusion_proof
from apps.audit.selectors import anchors, key_history
from apps.audit.selectors.tree import StoredTree, leaf_hashes
from apps.core import clock
from apps.exports.enums import Withheld
from apps.exports.rules.orders import Order
from apps.exports.selectors.spans import Span, checkpoint_before, span_of
from apps.exports.services.attested import NamedAttestations
from apps.exports.services.container import Container
from apps.exports.services.files import Finished
from apps.exports.services.reading import (
    BATCH_ROWS,
    NAMES_PEOPLE,
    People,
    Progress,
    Row,
    actors_of,
    batches_between,
    matching_within,
    naming_the_broken,
    rows_between,
    rows_of,
    texts_of,
)
from apps.exports.services.report import Report, Texts
from apps.exports.services.retired import NamedStatements
from apps.exports.services.revisions import NamedRevisions

FORM = "countersign-bundle/2"
_VERIFIER = Path(__file__).resolve().parent.parent / "verifier"
_BESIDE = (
    "indexes.txt",
    "proofs.txt",
    "texts.jsonl",
    "revisions.jsonl",
    "attestations.jsonl",
    "tombstones.jsonl",
    "report.csv",
)


def write_bundle(
    *,
    out: Path,
    order: Order,
    checkpoint: Checkpoint,
    progress: Progress,
    changes: Sequence[str] = (),
    more: Mapping[str, bytes | Path] | None = None,
) -> Finished:
    """Write the bundle of an order over a checkpoint to ``out``; it is a ``writers.Writer``.

    ``changes`` narrows it to the entries of these changes, and ``more`` adds files, which the manifest then lists.
    """
    contents = _Contents(order, checkpoint, changes)
    with Container(out, checkpoint.created_at) as container:
        container.add("README.txt", (_VERIFIER / "README.txt").read_bytes())
        container.add("verify.py", (_VERIFIER / "verify.py").read_bytes())
        container.add("checkpoint", checkpoint.note.encode())
        _write_consistency(container, checkpoint)
        container.add("keys.json", _json(key_history()))
        container.add("anchors.json", _json({"anchors": anchors(checkpoint.size)}))
        with container.member("leafhashes.bin", packed=False) as stream:
            for piece in leaf_hashes(checkpoint.size):
                stream.write(piece)
        _write_entries(container, contents, progress)
        _write_edges(container, contents)
        for name, content in (more or {}).items():
            container.add(name, content)
        return Finished(container.finish(contents.statement()), contents.count)


class _Contents:
    """Which entries a bundle holds, and what its manifest says of them."""

    def __init__(self, order: Order, checkpoint: Checkpoint, changes: Sequence[str]) -> None:
        self.order, self.checkpoint, self._changes = order, checkpoint, tuple(changes)
        self.span: Span = span_of(order.scope.period, checkpoint.size)
        self.is_filtered = order.scope.is_filtered or bool(changes)
        # The span stands for the period: an entry that waited for its lock may carry a time just outside it, and
        # the entries of a record must follow each other without a gap.
        self._wanted = (
            matching_within(order.scope, self.span.first, self.span.end, changes)
            if self.is_filtered
            else None
        )

    @property
    def count(self) -> int:
        return self.span.count if self._wanted is None else self._wanted.count

    def batches(self) -> Iterator[list[Row]]:
        """Yield the entries, batch by batch."""
        if self._wanted is None:
            return batches_between(self.span.first, self.span.end)
        return (rows for piece in self._wanted.pieces(BATCH_ROWS) if (rows := rows_of(piece)))

    @cached_property
    def edges(self) -> list[Row]:
        """Return the entries just outside the period."""
        # What a filter leaves out has no place in the bundle, not even as a neighbour.
        places = () if self.is_filtered else (self.span.first - 1, self.span.end)
        inside = (index for index in places if 0 <= index < self.checkpoint.size)
        return [row for index in inside for row in rows_between(index, index + 1)]

    def statement(self) -> dict[str, Any]:
        """Return what the manifest says, beside the list of files."""
        period = self.order.scope.period
        return {
            "format": FORM,
            "origin": self.checkpoint.origin,
            "tree_size": self.checkpoint.size,
            "sealed_at": clock.iso(self.checkpoint.created_at),
            "period": {"start": clock.iso(period.start), "end": clock.iso(period.end)},
            "first": self.span.first,
            "end": self.span.end,
            "count": self.count,
            "filter": self._filter(),
            "withheld": sorted(self.order.withheld),
        }

    def _filter(self) -> dict[str, Any] | None:
        if not self.is_filtered:
            return None
        scope = self.order.scope
        # The ledger's own name of a person says the same without their name.
        person = "" if Withheld.NAMES in self.order.withheld else scope.person
        return {
            "component": scope.component,
            "change": scope.change,
            "changes": list(self._changes),
            "person": person,
            "events": list(scope.events),
            "actors": list(actors_of(scope)),
            "whole_records": not scope.person and not scope.events,
        }


def _write_consistency(container: Container, checkpoint: Checkpoint) -> None:
    """Write the checkpoint of the export before, and the proof that this ledger extends it."""
    before = checkpoint_before(checkpoint)
    proof = consistency_proof(StoredTree(), before.size, checkpoint.size) if before is not None else []
    container.add("prev-checkpoint", before.note.encode() if before is not None else b"")
    container.add("consistency.txt", b"".join(base64.b64encode(each) + b"\n" for each in proof))


def _write_entries(container: Container, contents: _Contents, progress: Progress) -> None:
    """Write the entries, and beside them, over temporary files, everything that is made from them."""
    people, withheld = People(), contents.order.withheld
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        paths = {name: Path(folder) / name for name in _BESIDE}
        beside = {name: stack.enter_context(path.open("wb")) for name, path in paths.items()}
        report = Report(beside["report.csv"], None if Withheld.NAMES in withheld else people)
        revisions = stack.enter_context(closing(NamedRevisions(beside["revisions.jsonl"], Path(folder))))
        attestations, tree, done = NamedAttestations(beside["attestations.jsonl"]), StoredTree(), 0
        statements = NamedStatements(beside["tombstones.jsonl"])
        progress(0, contents.count)
        with container.member("entries.jsonl", packed=False) as entries:
            for rows in contents.batches():
                entries.write(b"".join(row.entry + b"\n" for row in rows))
                beside["indexes.txt"].write(b"".join(b"%d\n" % row.index for row in rows))
                if contents.is_filtered:
                    beside["proofs.txt"].write(_proofs(tree, rows, contents.checkpoint.size))
                statements.write(rows)
                texts = _texts_given(rows, withheld)
                beside["texts.jsonl"].write(_text_lines(rows, texts))
                with naming_the_broken(rows):
                    revisions.write([row.entry for row in rows])
                    attestations.write([row.entry for row in rows])
                    report.write(rows, texts)
                done += len(rows)
                progress(done, contents.count)
        statements.write(contents.edges)
        report.flush()
        stack.close()
        for name, path in paths.items():
            container.add(name, path)
    container.add("people.json", _json(people.names))


def _proofs(tree: StoredTree, rows: list[Row], size: int) -> bytes:
    paths = (inclusion_proof(tree, row.index, size) for row in rows)
    return b"".join(base64.b64encode(b"".join(path)) + b"\n" for path in paths)


def _texts_given(rows: list[Row], withheld: Sequence[str]) -> Texts:
    """Return the texts beside some entries, without what the order withholds."""
    if Withheld.TEXTS in withheld:
        return {}
    if Withheld.NAMES in withheld:
        named = b'"type":"%s"},"private":' % NAMES_PEOPLE.encode()
        rows = [row for row in rows if named not in row.entry]
    return texts_of(rows)


def _write_edges(container: Container, contents: _Contents) -> None:
    with naming_the_broken(contents.edges):
        lines = [_json({"index": row.index, "entry": row.entry.decode()}) for row in contents.edges]
    container.add("edges.jsonl", b"".join(lines))


def _text_lines(rows: list[Row], texts: Texts) -> bytes:
    return b"".join(
        _json({"index": row.index, "name": text.name, "salt": bytes(text.salt).hex(), "text": text.text})
        for row in rows
        for text in texts.get(row.event_id, ())
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"
