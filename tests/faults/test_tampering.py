"""What a database administrator, or one who holds the key too, can do to a small ledger: all of it is found.

Bytes are changed in the database itself, past the triggers, as a superuser can; then the export that an auditor would
take is verified. In full every byte is flipped, else some by chance. Bytes of a bundle: tests/exports/test_verify.py.
"""

import base64
import hashlib
import itertools
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from django.db import transaction

from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, AuditText, AuditTile, Checkpoint
from apps.audit.rules.merkle import EMPTY_ROOT, consistency_holds, inclusion_holds, leaf_hash, root_of
from apps.audit.rules.notes import Head, head_of
from apps.audit.selectors import latest_checkpoint, proof_of
from apps.audit.services import LedgerBroken, keyring, record_event, seal_pending, sign_digest
from apps.core import actors
from apps.exports.verifier import verify
from tests.dba import unguarded
from tests.exports.conftest import Packed
from tests.faults.amount import FULL, say

FLIPS = 12
"""How many bytes of a column are flipped when not all are."""

Verdict = Callable[[], str]


@pytest.fixture(autouse=True)
def quick_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge each signature once: the answer depends on nothing but what is given."""
    monkeypatch.setattr(verify, "signature_holds", cache(verify.signature_holds))


@contextmanager
def as_superuser() -> Iterator[None]:
    """Take the guards away, let anything be written, and take all of it back."""
    with transaction.atomic():
        with unguarded():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def exported(pack, run) -> Verdict:
    """Export all five days, verify, and return what the verifier says, or the export that cannot be written."""

    def said() -> str:
        try:
            bundle = pack(1, 5)
        except LedgerBroken as broken:
            return f"NOT VERIFIED: {broken.reason}"
        status, answer = run(bundle.path, bundle.key)
        assert (status == 0) == answer.startswith("VERIFIED")
        return answer

    assert said().startswith("VERIFIED")
    return said


def places(length: int, chance: random.Random) -> list[int]:
    """Return which bytes to flip."""
    return list(range(length)) if FULL or length <= FLIPS else sorted(chance.sample(range(length), FLIPS))


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]


def test_any_byte_of_any_entry_changed_in_the_database_is_found_and_named(exported) -> None:
    chance, tried = random.Random(1), 0
    rows = list(AuditLeaf.objects.order_by("index").values_list("index", "event_id", "event__entry"))
    for index, pk, entry in rows if FULL else chance.sample(rows, 4):
        for place in places(len(entry), chance):
            with as_superuser():
                AuditEvent.objects.filter(pk=pk).update(entry=flipped(bytes(entry), place))
                said = exported()
            assert said.startswith("NOT VERIFIED"), (index, place)
            assert f"leaf {index}" in said, (index, place, said)
            tried += 1
    assert exported().startswith("VERIFIED")
    say(f"{tried:,} bytes of entries flipped in the database, all found")


@pytest.mark.parametrize(
    ("model", "column"),
    [(AuditTile, "data"), (AuditText, "salt"), (AuditText, "text"), (Checkpoint, "note")],
)
def test_any_byte_of_tree_texts_and_checkpoint_changed_in_the_database_is_found(
    exported, model, column
) -> None:
    chance = random.Random(column)
    row = model.objects.order_by("-pk")[0]
    text = isinstance(getattr(row, column), str)
    content = getattr(row, column).encode() if text else bytes(getattr(row, column))
    for place in places(len(content), chance):
        changed: bytes | str = flipped(content, place)
        if text:
            changed = flipped(content, place).decode(errors="replace").replace("\x00", "?")
        with as_superuser():
            model.objects.filter(pk=row.pk).update(**{column: changed})
            assert exported().startswith("NOT VERIFIED"), place


def test_any_byte_of_a_stored_leaf_hash_changed_breaks_the_proof_that_its_page_gives(small_ledger) -> None:
    chance = random.Random(3)
    for event in AuditEvent.objects.order_by("id"):
        assert proven(event)
        for place in places(32, chance)[: None if FULL else 3]:
            event.leaf_hash = flipped(bytes(AuditEvent.objects.get(pk=event.pk).leaf_hash), place)
            assert not proven(event)


def proven(event: AuditEvent) -> bool:
    proof = proof_of(event)
    assert proof is not None
    checkpoint = proof.checkpoint
    return inclusion_holds(
        leaf=proof.leaf_hash,
        index=proof.index,
        size=checkpoint.size,
        proof=proof.path,
        root=bytes(checkpoint.root),
    )


def test_any_two_leaves_exchanged_and_any_leaf_dropped_in_the_database_are_found(exported) -> None:
    leaves = dict(AuditLeaf.objects.values_list("index", "event_id"))
    pairs = list(itertools.combinations(leaves, 2))
    for one, other in pairs if FULL else random.Random(4).sample(pairs, FLIPS):
        with as_superuser():
            AuditLeaf.objects.filter(index=one).update(event_id=-1)
            AuditLeaf.objects.filter(index=other).update(event_id=leaves[one])
            AuditLeaf.objects.filter(index=one).update(event_id=leaves[other])
            assert exported().startswith("NOT VERIFIED"), (one, other)
    for index in leaves:
        with as_superuser():
            AuditLeaf.objects.filter(index=index).delete()
            assert exported().startswith("NOT VERIFIED"), index


def test_time_of_any_entry_moved_in_the_column_that_is_searched_hides_it_from_no_export(pack, run) -> None:
    for event in AuditEvent.objects.order_by("id"):
        for to in (1, 5):
            with as_superuser():
                AuditEvent.objects.filter(pk=event.pk).update(at=event.at.replace(day=to))
                bundle = pack(event.at.day, event.at.day)
                status, said = run(bundle.path, bundle.key)
            assert status == 1 or "Entries   3 (" in said, (event, to, said)


# ---------------------------------------------------------------- an insider with the key: lines of a bundle


def test_any_line_dropped_doubled_or_exchanged_is_found_though_the_key_signed_it(pack, run) -> None:
    bundle = pack(2, 4)
    lines = bundle.members()["entries.jsonl"].splitlines(keepends=True)
    forgeries = [lines[:n] + lines[n + 1 :] for n in range(len(lines))]
    forgeries += [lines[: n + 1] + lines[n:] for n in range(len(lines))]
    forgeries += [lines[:n] for n in range(len(lines))]
    for one, other in itertools.combinations(range(len(lines)), 2):
        exchanged = list(lines)
        exchanged[one], exchanged[other] = lines[other], lines[one]
        forgeries.append(exchanged)
    assert run(signed_again(bundle, lines), bundle.key)[0] == 0
    for forged in forgeries:
        status, said = run(signed_again(bundle, forged), bundle.key)
        assert status == 1, said
        assert said.startswith("NOT VERIFIED")
    say(
        f"{len(forgeries)} bundles with lines dropped, doubled, cut off or exchanged, and signed again: all found"
    )


def signed_again(bundle: Packed, lines: list[bytes]) -> Path:
    """Return the bundle with other lines, and a manifest that fits them and bears the ledger's own signature."""
    members = bundle.members()
    manifest = json.loads(members["manifest.json"])
    numbers = [b"%d\n" % (manifest["first"] + n) for n in range(len(lines))]
    members |= {"entries.jsonl": b"".join(lines), "indexes.txt": b"".join(numbers)}
    manifest["count"] = len(lines)
    for name in manifest["files"]:
        content = members[name]
        manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    members["manifest.json"] = json.dumps(manifest).encode()
    digest = hashlib.sha256(members["manifest.json"]).hexdigest()
    members["manifest.sig"] = sign_digest(label="bundle", digest=digest).encode()
    return bundle.repacked(members)


# ---------------------------------------------------------------- an insider with the key: the whole ledger


@pytest.fixture
def forged_ledger(
    transactional_db: None, ledger_home: Path
) -> Callable[[Callable[[], None]], tuple[Head, str]]:
    """Seal twenty entries; then let an insider with key and database change them and sign all anew.

    Return the head as it was, which the auditor kept, and the note of it.
    """
    with transaction.atomic():
        for number in range(20):
            record_event(
                event="thing.noted",
                actor=actors.system("tests"),
                obj=("thing", str(number % 3)),
                data={"n": number},
            )
    seal_pending()
    held = (ledger_home / "ledger.head").read_text()

    def forge(change: Callable[[], None]) -> tuple[Head, str]:
        key = keyring.signer()
        with unguarded():
            for model in (AuditLeaf, AuditTile, Checkpoint):
                model.objects.all().delete()
            change()
            for event in AuditEvent.objects.all():
                AuditEvent.objects.filter(pk=event.pk).update(leaf_hash=leaf_hash(bytes(event.entry)))
            AuditPending.objects.bulk_create(AuditPending(event_id=pk) for pk in ids())
        (ledger_home / "ledger.head").write_text(key.sign(Head(key.name, 0, EMPTY_ROOT).text))
        seal_pending()
        return head_of(held, key.verifier), held

    return forge


def ids() -> list[int]:
    return list(AuditEvent.objects.order_by("id").values_list("id", flat=True))


def cut_the_tail() -> None:
    AuditEvent.objects.filter(pk__in=ids()[-10:]).delete()


def rewrite_one() -> None:
    event = AuditEvent.objects.order_by("id")[7]
    AuditEvent.objects.filter(pk=event.pk).update(entry=bytes(event.entry).replace(b'"n":7', b'"n":8'))


def leave_one_out() -> None:
    AuditEvent.objects.filter(pk=ids()[-2]).delete()


@pytest.mark.parametrize("change", [cut_the_tail, rewrite_one, leave_one_out])
def test_ledger_rebuilt_and_signed_with_its_own_key_contradicts_every_older_checkpoint(
    forged_ledger, ledger_home, change
) -> None:
    old, note = forged_ledger(change)
    new = latest_checkpoint()
    assert new is not None
    leaves = [bytes(leaf) for leaf in AuditEvent.objects.order_by("id").values_list("leaf_hash", flat=True)]
    assert root_of(leaves) == bytes(new.root)
    # Whoever kept the old checkpoint sees it: no proof can lead from its root to the new one.
    assert new.size < old.size or root_of(leaves[: old.size]) != old.root
    if new.size >= old.size:
        assert not consistency_holds(
            old_size=old.size, old_root=old.root, size=new.size, root=bytes(new.root), proof=[]
        )
    # So does the portal, which keeps it outside the database.
    (ledger_home / "ledger.head").write_text(note)
    with transaction.atomic():
        record_event(event="thing.noted", actor=actors.system("tests"), obj=("thing", "9"))
    with pytest.raises(LedgerBroken):
        seal_pending()
    assert base64.b64encode(old.root).decode() in note
