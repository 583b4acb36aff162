import re
import stat

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.audit import selectors
from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, AuditTile, Checkpoint
from apps.audit.rules.merkle import inclusion_holds, root_of
from apps.audit.rules.notes import head_of, parse_verifier
from apps.audit.selectors.tree import leaf_hashes
from apps.audit.services import LedgerBroken, keyring, record_event, seal_pending, sealing
from apps.core import actors
from tests.dba import unguarded

ACTOR = actors.system("tests")


def record(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            record_event(event="thing.noted", actor=ACTOR, obj=("thing", str(number % 7)))


def as_superuser_would(statement: str) -> None:
    """Change the ledger as someone could who owns its tables."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_seal_pending_signs_the_root_over_all_entries(ledger_home, monkeypatch) -> None:
    monkeypatch.setattr(sealing, "BATCH_ROWS", 100)
    for count in (1, 99, 350):
        record(count)
        checkpoint = seal_pending()
    rows = AuditLeaf.objects.order_by("index").values_list("index", "event__leaf_hash")
    hashes = [bytes(leaf) for _, leaf in rows]
    assert [index for index, _ in rows] == list(range(450))
    key = parse_verifier((ledger_home / "ledger.pub").read_text())
    head = head_of(checkpoint.note, key)
    assert (head.size, head.root) == (450, root_of(hashes))
    assert (ledger_home / "ledger.head").read_text() == checkpoint.note
    assert b"".join(leaf_hashes(450)) == b"".join(hashes)
    assert selectors.public_key_text() == key.text
    assert stat.S_IMODE((ledger_home / "ledger.key").stat().st_mode) == 0o600


@pytest.mark.django_db(transaction=True)
def test_proof_of_every_entry_holds(monkeypatch) -> None:
    record(300)
    seal_pending()
    record(1)
    for event in AuditEvent.objects.order_by("id")[:300:7]:
        proof = selectors.proof_of(event)
        assert inclusion_holds(
            leaf=proof.leaf_hash,
            index=proof.index,
            size=proof.checkpoint.size,
            proof=proof.path,
            root=bytes(proof.checkpoint.root),
        )
    assert selectors.proof_of(AuditEvent.objects.latest("id")) is None
    assert AuditPending.objects.count() == 1
    assert selectors.oldest_pending_at() == AuditEvent.objects.latest("id").at


@pytest.mark.django_db(transaction=True)
def test_seal_pending_with_nothing_to_seal_is_cheap() -> None:
    record(600)
    seal_pending()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert seal_pending() is None
    assert len([query for query in queries if not re.match("BEGIN|COMMIT", query["sql"])]) <= 4


@pytest.mark.django_db(transaction=True)
def test_seal_pending_inside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        seal_pending()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET entry = entry || 'x'::bytea WHERE object_id = '3'",
        "UPDATE audit_event SET leaf_hash = sha256('x') WHERE object_id = '3'",
        "DELETE FROM audit_event WHERE object_id = '3'",
    ],
)
def test_seal_pending_over_a_changed_entry_refuses_to_sign(statement, caplog) -> None:
    record(10)
    as_superuser_would(statement)
    with pytest.raises(LedgerBroken):
        seal_pending()
    assert not Checkpoint.objects.exists()
    assert AuditPending.objects.count() == 10
    assert "refuses to sign" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_seal_pending_over_a_restored_older_database_refuses_to_sign() -> None:
    record(5)
    seal_pending()
    older = list(AuditTile.objects.values_list("level", "index", "data"))
    record(3)
    seal_pending()
    as_superuser_would(
        "DELETE FROM audit_leaf WHERE index >= 5; DELETE FROM audit_checkpoint WHERE size > 5;"
        "DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_leaf)"
    )
    with unguarded():
        for level, index, data in older:
            AuditTile.objects.filter(level=level, index=index).update(data=bytes(data))
    record(8)
    with pytest.raises(LedgerBroken, match="older copy"):
        seal_pending()
    assert Checkpoint.objects.get().size == 5


@pytest.mark.django_db(transaction=True)
def test_seal_pending_over_a_changed_tree_refuses_to_sign() -> None:
    record(5)
    seal_pending()
    tile = AuditTile.objects.get()
    with unguarded():
        AuditTile.objects.update(data=bytes(32) + bytes(tile.data)[32:])
    record(1)
    with pytest.raises(LedgerBroken, match="stored tree"):
        seal_pending()


@pytest.mark.django_db(transaction=True)
def test_seal_pending_after_a_crash_before_the_head_was_kept_goes_on(ledger_home) -> None:
    record(5)
    seal_pending()
    kept = (ledger_home / "ledger.head").read_text()
    record(5)
    seal_pending()
    (ledger_home / "ledger.head").write_text(kept)
    record(5)
    assert seal_pending().size == 15


@pytest.mark.django_db(transaction=True)
def test_seal_pending_after_such_a_crash_keeps_the_head_though_nothing_is_new(ledger_home) -> None:
    record(5)
    seal_pending()
    kept = (ledger_home / "ledger.head").read_text()
    record(5)
    newest = seal_pending()
    (ledger_home / "ledger.head").write_text(kept)
    assert seal_pending() is None
    assert (ledger_home / "ledger.head").read_text() == newest.note


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", ["ledger.head", "ledger.key"])
def test_seal_pending_without_what_is_kept_outside_refuses_to_sign(ledger_home, lost) -> None:
    record(5)
    seal_pending()
    (ledger_home / lost).unlink()
    record(1)
    with pytest.raises(LedgerBroken):
        seal_pending()
    with pytest.raises(CommandError):
        call_command("seal_ledger")


@pytest.mark.django_db(transaction=True)
def test_seal_pending_on_another_host_with_a_key_of_its_own_refuses_to_sign(
    settings, tmp_path, ledger_home
) -> None:
    settings.PORTAL_HOME = tmp_path / "another"
    keyring.signer()
    settings.PORTAL_HOME = ledger_home
    record(5)
    seal_pending()
    settings.PORTAL_HOME = tmp_path / "another"
    record(1)
    with pytest.raises(LedgerBroken, match="does not hold"):
        seal_pending()


@pytest.mark.django_db(transaction=True)
def test_seal_ledger_command_seals_and_counts(capsys) -> None:
    call_command("seal_ledger")
    record(3)
    call_command("seal_ledger")
    call_command("seal_ledger")
    assert capsys.readouterr().out.splitlines() == [f"{count} entries are sealed." for count in (0, 3, 3)]


@pytest.mark.django_db(transaction=True)
def test_seal_pending_while_others_write_on_ends(monkeypatch) -> None:
    monkeypatch.setattr(sealing, "BATCH_ROWS", 4)
    taken, take = [], sealing._take_batch

    def take_and_write():
        taken.append(take())
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        record_event(event="thing.noted", actor=ACTOR, obj=("thing", "0"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [settings.LEDGER_ROLE])
        return taken[-1]

    record(6)
    monkeypatch.setattr(sealing, "_take_batch", take_and_write)
    assert seal_pending().size == 7
    assert [len(batch) for batch in taken] == [4, 3]
    assert AuditPending.objects.count() == 1
