import json
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, AuditText
from apps.audit.rules.entries import EntryTooLarge, NotRecordable, ObjectRef
from apps.audit.services import record_denial, record_event, seal_pending
from apps.core import actors
from apps.core.canonical import NotCanonical, canonical_bytes
from tests.dba import as_owner

ACTOR = actors.system("tests")
CHANGE = ObjectRef("change", "CHG-1")


@pytest.mark.django_db
def test_record_event_with_private_text_keeps_only_its_salted_digest() -> None:
    number = record_event(
        event="change.rejected", actor=ACTOR, obj=CHANGE, data={"n": 1}, private={"reason": "Zoë says no"}
    )
    stored = AuditEvent.objects.get()
    text = AuditText.objects.get()
    content = json.loads(bytes(stored.entry))
    assert bytes(stored.entry) == canonical_bytes(content)
    assert content["object"] == {"id": "CHG-1", "seq": 1, "type": "change"}
    assert content["private"]["reason"] == sha256(bytes(text.salt) + text.text.encode()).hexdigest()
    assert "Zoë" not in bytes(stored.entry).decode()
    assert bytes(stored.leaf_hash) == sha256(b"\x00" + bytes(stored.entry)).digest()
    assert AuditPending.objects.get().event_id == stored.pk == number


@pytest.mark.django_db
@pytest.mark.parametrize("letter", ["w", "é", "𐐨"])
def test_record_event_keeps_a_private_text_with_more_words_than_a_search_can_hold(letter) -> None:
    text = " ".join(f"{letter}{number}" for number in range(240_000))
    record_event(event="a.b", actor=ACTOR, obj=CHANGE, private={"note": text})
    assert AuditText.objects.get().text == text


@pytest.mark.django_db
def test_record_event_counts_each_object_from_one() -> None:
    numbers = [record_event(event="a.b", actor=ACTOR, obj=CHANGE) for _ in range(3)]
    other = record_event(event="a.b", actor=ACTOR, obj=("component", "CHG-1"))
    counted = dict(AuditEvent.objects.values_list("pk", "object_seq"))
    assert [counted[number] for number in numbers] == [1, 2, 3]
    assert counted[other] == 1


@pytest.mark.django_db
def test_record_event_costs_one_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        record_event(event="a.b", actor=ACTOR, obj=CHANGE, private={"why": "because", "more": "text"})


@pytest.mark.django_db(transaction=True)
def test_record_event_without_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        record_event(event="a.b", actor=ACTOR, obj=CHANGE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"data": {"n": 2**60}}, NotCanonical),
        ({"data": {"n": float("nan")}}, NotCanonical),
        ({"data": {"s": "\ud800"}}, NotCanonical),
        ({"data": {"s": "x" * 70_000}}, EntryTooLarge),
        ({"private": {"why": "a\x00b"}}, NotRecordable),
        ({"private": {"why": "a\udfffb"}}, NotRecordable),
        ({"obj": ("change", "a\x00")}, NotRecordable),
    ],
)
def test_record_event_of_what_cannot_be_kept_exactly_is_refused(given, error) -> None:
    with pytest.raises(error):
        record_event(**{"event": "a.b", "actor": ACTOR, "obj": CHANGE, **given})
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_denial_survives_the_rollback_of_the_refused_write() -> None:
    with transaction.atomic():
        record_event(event="a.b", actor=ACTOR, obj=CHANGE)
        transaction.set_rollback(True)
    record_denial(actor=ACTOR, obj=CHANGE, action="sign", reason="Wrong role.")
    denial = AuditEvent.objects.get()
    assert (denial.event, denial.object_seq) == ("access.denied", 1)
    assert AuditText.objects.get().text == "Wrong role."


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_event", "audit_leaf"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_ledger_tables_refuse_any_change(table, statement) -> None:
    record_event(event="a.b", actor=ACTOR, obj=CHANGE)
    seal_pending()
    change = {"audit_event": "event = 'x'", "audit_leaf": "index = 7"}[table]
    with pytest.raises(DatabaseError, match="append-only"), as_owner(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, change))


@pytest.mark.django_db
def test_seal_pending_gives_contiguous_leaves_and_empties_the_queue() -> None:
    for _ in range(5):
        record_event(event="a.b", actor=ACTOR, obj=CHANGE)
    checkpoint = seal_pending()
    assert checkpoint is not None
    assert checkpoint.size == 5
    assert list(AuditLeaf.objects.order_by("index").values_list("index", flat=True)) == list(range(5))
    assert not AuditPending.objects.exists()
    assert seal_pending() is None
