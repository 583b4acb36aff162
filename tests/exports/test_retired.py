"""Erased texts and retired entries in exports: what is gone is said to be gone, and everything else still proves."""

import csv
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from apps.audit.models import AuditEvent, AuditTombstone
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import erase_texts, retire_leaves, seal_pending
from apps.core import actors, clock
from apps.exports.enums import ExportFormat
from apps.exports.rules.orders import Order, Scope
from apps.exports.services.lines import write_jsonl
from apps.exports.services.tables import write_csv
from tests.exports.conftest import DAYS, Packed

ACTOR = actors.system("tests")


@pytest.fixture
def later(small_ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Act on the sixth of March, when the five days are over."""
    monkeypatch.setattr(clock, "now", lambda: DAYS[-1] + timedelta(days=1))


def retire(*leaves: int) -> None:
    retire_leaves(actor=ACTOR, policy="REC-7", decided_by="person:7", leaves=leaves)
    seal_pending()


def test_bundle_made_after_an_erasure_verifies_and_counts_it(pack, run, later) -> None:
    assert "Texts     3 checked, 0 erased since" in run(pack(2, 4).path, pack(2, 4).key)[1]
    gone = AuditEvent.objects.filter(leaf__index__in=[4, 7]).values_list("pk", flat=True)
    assert erase_texts(actor=ACTOR, obj=("ledger", "texts"), entries=gone, reason="Asked") == 2
    seal_pending()
    status, said = run(pack(2, 4).path, pack(2, 4).key)
    assert status == 0, said
    assert "Texts     1 checked, 2 erased since" in said
    whole = pack(1, 6)
    assert b"ledger.text_erased" in whole.members()["entries.jsonl"]
    assert run(whole.path, whole.key)[0] == 0


@pytest.mark.parametrize("leaves", [(4,), (3, 11), (2, 12), tuple(range(15)), (4, 5, 6, 7)])
@pytest.mark.parametrize("days", [(1, 5), (2, 4), (3, 3), (6, 9)])
def test_bundle_with_retired_entries_verifies_and_says_so(pack, run, later, leaves, days) -> None:
    retire(*leaves)
    bundle = pack(*days)
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    first, end = 3 * (days[0] - 1), 3 * days[1]
    inside = [leaf for leaf in leaves if first <= leaf < end]
    if inside:
        assert f"Retired   {len(inside)} of them, under policy “REC-7”, decided by person:7" in said
        assert "What they said is gone" in said
    else:
        assert "Retired" not in said


def test_bundle_with_several_statements_counts_them_together(pack, run, later) -> None:
    retire(1, 4)
    retire(2, 7)
    bundle = pack(1, 5)
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    assert "Retired   4 of them, under policy “REC-7”" in said
    assert bundle.members()["tombstones.jsonl"].count(b"\n") == 2


def test_filtered_bundle_with_a_retired_entry_verifies(pack, run, later) -> None:
    retire(4)
    bundle = pack(1, 5, change="CHG-1")
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    assert "Retired   1 of them" in said


def forged(bundle: Packed, **changes: bytes) -> Path:
    return bundle.repacked(
        bundle.members() | {name.replace("__", "."): content for name, content in changes.items()}
    )


def test_entry_dropped_behind_a_tombstone_that_nobody_signed_is_found(pack, run, later) -> None:
    whole = pack(1, 5)
    lines = whole.members()["entries.jsonl"].split(b"\n")
    retire(4)
    stone = bytes(AuditTombstone.objects.get().line)
    lines[4] = stone
    status, said = run(forged(whole, entries__jsonl=b"\n".join(lines)), whole.key)
    assert status == 1
    assert "The tombstone at leaf 4 (line 5) is in no signed statement" in said


@pytest.mark.parametrize(
    ("old", "new"), [(b'"index":4', b'"index":5'), (b'"seq":2', b'"seq":3'), (b"CHG-1", b"CHG-2")]
)
def test_tombstone_that_was_changed_is_found(pack, run, later, old, new) -> None:
    retire(4)
    bundle = pack(1, 5)
    content = bundle.members()["entries.jsonl"]
    line = content.split(b"\n")[4]
    assert old in line
    status, said = run(
        forged(bundle, entries__jsonl=content.replace(line, line.replace(old, new))), bundle.key
    )
    assert status == 1
    assert "leaf 4" in said


def test_tombstone_of_another_entry_is_found(pack, run, later) -> None:
    retire(4, 7)
    bundle = pack(1, 5)
    lines = bundle.members()["entries.jsonl"].split(b"\n")
    lines[4] = lines[7]
    status, said = run(forged(bundle, entries__jsonl=b"\n".join(lines)), bundle.key)
    assert status == 1
    assert "The tombstone at leaf 4 (line 5) belongs to another entry" in said


@pytest.mark.parametrize("part", ["note", "statement"])
def test_statement_that_the_key_did_not_sign_is_found(pack, run, later, part) -> None:
    retire(4)
    bundle = pack(1, 5)
    line = json.loads(bundle.members()["tombstones.jsonl"])
    line[part] = line[part].replace("REC-7", "REC-8").replace("/tombstone", "/tombstome")
    status, said = run(forged(bundle, tombstones__jsonl=json.dumps(line).encode() + b"\n"), bundle.key)
    assert status == 1
    assert "Statement 1 of tombstones.jsonl" in said


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[]\n", b'{"note":1,"statement":2}\n', b"x"])
def test_statements_that_are_missing_or_damaged_are_found_in_one_line(pack, run, later, content) -> None:
    retire(4)
    bundle = pack(1, 5)
    status, said = run(forged(bundle, tombstones__jsonl=content), bundle.key)
    assert status == 1
    assert said.startswith("NOT VERIFIED: ")
    assert said.count("\n") == 1


def test_tables_and_lines_say_that_an_entry_is_retired(tmp_path, later) -> None:
    retire(4)
    checkpoint = latest_checkpoint()
    leaf = AuditEvent.objects.get(leaf__index=4)
    day = DAYS[0].date()
    for kind, write in ((ExportFormat.CSV, write_csv), (ExportFormat.JSONL, write_jsonl)):
        out = tmp_path / f"out.{kind}"
        order = Order(Scope(day, DAYS[-1].date()), format=kind)
        write(out=out, order=order, checkpoint=checkpoint, progress=lambda done, total: None)
        text = out.read_text()
        if kind == ExportFormat.CSV:
            rows = list(csv.reader(StringIO(text)))
            assert len(rows) == 16
            assert "entry.retired" in rows[5]
            assert "change CHG-1" in rows[5]
        else:
            lines = [json.loads(line) for line in text.splitlines()]
            assert len(lines) == 15
            assert lines[4]["entry"]["leaf_hash"] == bytes(leaf.leaf_hash).hex()
            assert lines[4]["texts"] == {}
