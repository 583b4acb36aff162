import json
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit import selectors
from apps.audit.models import AuditEvent, AuditLeaf, AuditRetirement, AuditText, AuditTombstone, Checkpoint
from apps.audit.rules.merkle import inclusion_holds, root_of
from apps.audit.rules.notes import opened, parse_verifier
from apps.audit.rules.tombstones import RETIRED
from apps.audit.selectors.entries import entries_for
from apps.audit.services import erase_texts, record_event, retire_leaves, seal_pending
from apps.audit.services.keeper import as_keeper
from apps.core import actors
from tests.dba import as_owner

ACTOR = actors.system("tests")
CHANGE = ("change", "CHG-1")

pytestmark = pytest.mark.django_db(transaction=True)


def record(count: int = 6) -> None:
    with transaction.atomic():
        for number in range(count):
            record_event(
                event="thing.noted",
                actor=ACTOR,
                obj=("thing", str(number % 2)),
                private={"note": f"Zoë {number}"},
            )
    seal_pending()


def retire(*leaves: int) -> AuditRetirement | None:
    return retire_leaves(actor=ACTOR, policy="Keep 10 years", decided_by="person:7", leaves=leaves)


def test_erase_texts_leaves_the_digest_and_names_no_text() -> None:
    record()
    before = {event.pk: bytes(event.entry) for event in AuditEvent.objects.all()}
    wanted = sorted(before)[:2]
    assert erase_texts(actor=ACTOR, obj=CHANGE, entries=wanted, reason="She asked for it") == 2
    assert AuditText.objects.filter(event__in=wanted).count() == 0
    assert AuditText.objects.count() == 4 + 1  # the others, and the reason
    assert {event.pk: bytes(event.entry) for event in AuditEvent.objects.filter(pk__in=before)} == before
    said = AuditEvent.objects.get(event="ledger.text_erased")
    assert json.loads(bytes(said.entry))["data"] == {"entries": wanted, "leaves": [0, 1], "texts": 2}
    assert b"Zo" not in bytes(said.entry)
    assert b"asked" not in bytes(said.entry)
    assert entries_for("thing", "0")[0].private == {"note": None}


def test_erase_texts_where_nothing_is_left_writes_nothing() -> None:
    record(1)
    one = [AuditEvent.objects.get().pk]
    assert erase_texts(actor=ACTOR, obj=CHANGE, entries=one, reason="Once") == 1
    count = AuditEvent.objects.count()
    assert erase_texts(actor=ACTOR, obj=CHANGE, entries=one, reason="Twice") == 0
    assert AuditEvent.objects.count() == count


def test_retire_leaves_drops_the_content_and_keeps_hash_place_and_step(ledger_home) -> None:
    record()
    before = {leaf.index: leaf.event for leaf in AuditLeaf.objects.select_related("event")}
    made = retire(1, 2)
    assert made is not None
    for index in (1, 2):
        now, was = AuditEvent.objects.get(pk=before[index].pk), before[index]
        assert (bytes(now.entry), now.event, now.actor_key) == (b"", RETIRED, "")
        for kept in ("object_type", "object_id", "object_seq", "at"):
            assert getattr(now, kept) == getattr(was, kept)
        assert bytes(now.leaf_hash) == bytes(was.leaf_hash)
        assert not AuditText.objects.filter(event=now).exists()
    key = parse_verifier((ledger_home / "ledger.pub").read_text())
    said = opened(made.note, key).splitlines()
    assert said == [f"{key.name}/tombstone", sha256(bytes(made.statement)).hexdigest()]
    statement = json.loads(bytes(made.statement))
    assert (statement["policy"], statement["decided_by"]) == ("Keep 10 years", "person:7")
    lines = [bytes(row.line) for row in AuditTombstone.objects.order_by("event_id")]
    assert statement["lines"] == [sha256(line).hexdigest() for line in lines]
    assert json.loads(lines[0])["leaf_hash"] == bytes(before[1].leaf_hash).hex()
    assert json.loads(lines[0])["object"] == {"type": "thing", "id": "1", "seq": 1}


def test_retire_leaves_leaves_the_tree_its_checkpoints_and_proofs_standing() -> None:
    record()
    signed = Checkpoint.objects.get()
    retire(0, 3, 5)
    newest = seal_pending()
    assert newest is not None
    assert newest.size == 7  # the retirement is an entry itself
    hashes = [
        bytes(h) for h in AuditLeaf.objects.order_by("index").values_list("event__leaf_hash", flat=True)
    ]
    assert root_of(hashes[:6]) == bytes(signed.root)
    assert root_of(hashes) == bytes(newest.root)
    for event in AuditEvent.objects.all():
        proof = selectors.proof_of(event)
        assert inclusion_holds(
            leaf=proof.leaf_hash, index=proof.index, size=7, proof=proof.path, root=bytes(newest.root)
        )
    first = entries_for("thing", "0")[0]
    assert first.retired
    assert (first.data, first.private, first.leaf) == ({}, {}, 0)


def test_retire_leaves_twice_retires_once() -> None:
    record()
    assert retire(1) is not None
    assert retire(1) is None
    assert AuditTombstone.objects.count() == 1


def test_retire_leaves_of_an_entry_that_waits_for_its_seal_does_nothing() -> None:
    with transaction.atomic():
        record_event(event="thing.noted", actor=ACTOR, obj=CHANGE)
    assert retire(0) is None


EMPTY = "entry = '', event = 'entry.retired', actor_key = ''"


@pytest.mark.parametrize(
    "change",
    [
        EMPTY + " WHERE id = {other}",  # no tombstone
        "event = 'x' WHERE id = {one}",
        "entry = 'x', event = 'entry.retired', actor_key = '' WHERE id = {one}",
        EMPTY + ", object_seq = 9 WHERE id = {one}",
        EMPTY + ", leaf_hash = 'x' WHERE id = {one}",
        EMPTY + ", at = now() WHERE id = {one}",
    ],
)
def test_entry_changes_in_no_other_way_even_with_a_tombstone(change) -> None:
    record()
    retire(0)
    rows = AuditLeaf.objects.order_by("index").values_list("event_id", flat=True)
    with pytest.raises(DatabaseError, match="append-only"), as_owner(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_event SET {change.format(one=rows[0], other=rows[1])}")


@pytest.mark.parametrize("wrong", ["line", "statement", "note"])
def test_entry_whose_tombstone_the_signed_statement_does_not_name_stays(wrong) -> None:
    record()
    made = retire(0)
    assert made is not None
    first, other = (
        bytes(AuditTombstone.objects.get().line),
        AuditLeaf.objects.select_related("event").get(index=1).event,
    )
    line = json.dumps(
        json.loads(first) | {"index": 1, "leaf_hash": bytes(other.leaf_hash).hex()}, separators=(",", ":")
    ).encode()
    statement = f'{{"lines":["{sha256(line).hexdigest()}"]}}'.encode()
    with as_keeper():
        forged = AuditRetirement.objects.create(
            statement=bytes(made.statement) if wrong == "statement" else statement,
            note=made.note if wrong == "note" else f"x\n{sha256(statement).hexdigest()}\n",
            created_at=made.created_at,
        )
        AuditTombstone.objects.create(event=other, retirement=forged, line=first if wrong == "line" else line)
    with pytest.raises(DatabaseError, match="append-only"), as_keeper(), connection.cursor() as cursor:
        cursor.execute("SELECT audit_retire(%s)", [forged.pk])
    other.refresh_from_db()
    assert bytes(other.entry)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_retirement", "audit_tombstone"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_tombstones_refuse_any_change(table, statement) -> None:
    record()
    retire(0)
    change = {"audit_retirement": "note = 'x'", "audit_tombstone": "line = 'x'"}[table]
    with pytest.raises(DatabaseError, match="append-only"), as_owner(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, change))
