"""After an older database was restored: an alarm, no signature, and a way on that hides nothing."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.audit import selectors
from apps.audit.models import AuditEvent, AuditPending, Checkpoint
from apps.audit.rules.entries import decoded
from apps.audit.rules.history import epoch_text
from apps.audit.rules.merkle import root_of
from apps.audit.rules.notes import head_of, opened, parse_verifier
from apps.audit.selectors.outside import held_head
from apps.audit.services import (
    LedgerBroken,
    begin_ledger_epoch,
    keyring,
    revoke_ledger_key,
    rotate_ledger_key,
    seal_pending,
)
from apps.core.errors import Invalid, PolicyBlocked
from tests.audit.restoring import backed_up
from tests.audit.test_keys import ACTOR, STEPS, Killed, kill_at, sealed
from tests.dba import unguarded

pytestmark = pytest.mark.django_db(transaction=True)


def restored(kept: int, lost: int) -> Checkpoint:
    """Seal some entries, restore the database to the first of them, and return the checkpoint that is lost."""
    sealed(kept)
    restore = backed_up()
    newest = sealed(lost)
    restore()
    return newest


def began(reason: str = "Disk died"):
    return begin_ledger_epoch(actor=ACTOR, reason=reason)


def assert_goes_on(size: int) -> None:
    """Check that the ledger seals, and that all it holds stands under a root that the newest key signed."""
    newest = sealed(3)
    assert newest.size == size + 3
    known = keyring.keys()
    head = known.head_of(newest.note)
    hashes = AuditEvent.objects.order_by("leaf__index").values_list("leaf_hash", flat=True)
    assert head.root == root_of([bytes(each) for each in hashes])
    assert head.origin == known.epochs[-1].origin == known.newest.name
    assert newest.key_id == known.newest.key_id.hex()
    assert held_head(known) == head
    assert selectors.ledger_trouble() is None
    for checkpoint in Checkpoint.objects.all():
        known.head_of(checkpoint.note)


def test_trouble_after_a_restore_says_so_until_an_epoch_begins(client: Client) -> None:
    assert selectors.ledger_trouble() is None
    restored(5, 4)
    trouble = selectors.ledger_trouble()
    assert trouble is not None
    assert "signed up to 9 entries, but the database holds 5" in trouble.reason
    said = client.get("/readyz").json()["parts"]["sealer"]
    assert said == {"ok": False, "why": f"The ledger refuses to sign: {trouble.reason} {trouble.remedy}"}
    began()
    assert selectors.ledger_trouble() is None
    assert client.get("/readyz").json()["parts"]["sealer"]["ok"]


def test_epoch_after_a_restore_cites_what_is_lost() -> None:
    lost = restored(5, 4)
    old = keyring.signer().verifier
    epoch = began("Disk  died")
    assert (epoch.number, epoch.from_size, epoch.lost_size, epoch.lost_entries) == (2, 5, 9, 4)
    assert epoch.origin == f"{old.name}/epoch-2"
    assert_goes_on(6)
    said = selectors.key_history()
    first, second = said["keys"]
    assert (first["until_size"], second["from_size"], second["until_size"]) == (9, 5, None)
    key = parse_verifier(second["key"])
    assert key.name == epoch.origin
    assert opened(second["endorsement"], old).startswith(f"{old.name}/key-rotation\n{old.text}\n{key.text}\n")
    shown = said["epochs"][1]
    assert (shown["lost_head"], shown["lost_entries"], shown["reason"]) == (lost.note, 4, "Disk died")
    text = epoch_text(
        key, number=2, at=shown["at"], size=5, lost_head=lost.note, lost_size=9, reason="Disk died"
    )
    assert opened(shown["note"], key) == text
    assert keyring.keys().head_of(lost.note).size == 9
    event = AuditEvent.objects.get(event="ledger.epoch_began")
    data = decoded(bytes(event.entry))["data"]
    assert (data["size"], data["lost_size"], data["lost_root"]) == (5, 9, bytes(lost.root).hex())
    assert (data["from"], data["to"]) == (old.text, key.text)
    assert "Disk" not in bytes(event.entry).decode()


def test_two_signed_trees_of_one_origin_never_fork() -> None:
    lost = restored(5, 4)
    began()
    other = sealed(3)
    assert other.size == lost.size
    assert bytes(other.root) != bytes(lost.root)
    assert other.origin != lost.origin


def test_epoch_while_nothing_is_lost_is_refused() -> None:
    with pytest.raises(PolicyBlocked, match="nothing is lost"):
        began()
    sealed(3)
    with pytest.raises(PolicyBlocked):
        began()
    with pytest.raises(CommandError, match="rotate_ledger_key"):
        call_command("begin_ledger_epoch", reason="To see", yes=True)
    with pytest.raises(Invalid):
        began(" ")
    assert_goes_on(3)


def test_epoch_after_the_head_was_lost_says_that_the_loss_is_unknown(ledger_home) -> None:
    sealed(4)
    (ledger_home / "ledger.head").unlink()
    assert "ledger.head" in selectors.ledger_trouble().reason
    epoch = began()
    assert (epoch.lost_head, epoch.lost_size, epoch.lost_entries) == (None, None, None)
    assert_goes_on(5)
    old = keyring.keys().keys[0].verifier.key_id.hex()
    revoke_ledger_key(actor=ACTOR, key_id=old, reason="With the disk")
    assert selectors.key_history()["keys"][0]["revoked"]["size"] == 4


def test_epoch_after_the_key_was_lost_has_no_endorsement(ledger_home) -> None:
    sealed(4)
    (ledger_home / "ledger.key").unlink()
    assert "key is missing" in selectors.ledger_trouble().reason
    with pytest.raises(LedgerBroken, match="key is missing"):
        rotate_ledger_key(actor=ACTOR)
    epoch = began()
    assert (epoch.lost_entries, selectors.key_history()["keys"][1]["endorsement"]) == (0, None)
    assert_goes_on(5)


def test_epoch_over_a_database_that_was_never_signed_so_is_refused() -> None:
    restored(5, 4)
    with unguarded():
        Checkpoint.objects.update(note=keyring.fresh_key("localhost:8000/ledger").sign("x\n1\nx\n"))
    with pytest.raises(LedgerBroken, match="does not hold"):
        began()


def test_epoch_after_a_restore_to_before_the_first_seal_goes_on_from_nothing() -> None:
    restore = backed_up()
    sealed(4)
    restore()
    assert began().lost_entries == 4
    assert_goes_on(1)


def test_second_restore_begins_a_third_epoch() -> None:
    sealed(2)
    oldest = backed_up()
    restored(3, 4)
    began()
    sealed(1)
    oldest()
    with pytest.raises(LedgerBroken, match="holds 2"):
        seal_pending()
    epoch = began()
    assert (epoch.number, epoch.from_size, epoch.lost_size) == (3, 2, 7)
    assert_goes_on(3)


def test_database_that_an_epoch_left_behind_is_not_taken_again() -> None:
    sealed(5)
    older = backed_up()
    sealed(3)
    newer = backed_up()
    sealed(1)
    older()
    began()
    newer()
    with pytest.raises(LedgerBroken, match="left behind"):
        seal_pending()


def test_epoch_after_a_restore_to_a_head_of_a_revoked_key_goes_on() -> None:
    sealed(3)
    old = keyring.signer().verifier.key_id.hex()
    older = backed_up()
    rotate_ledger_key(actor=ACTOR)
    revoke_ledger_key(actor=ACTOR, key_id=old, reason="Stolen", size=2)
    sealed(1)
    older()
    with pytest.raises(LedgerBroken):
        seal_pending()
    began()
    assert seal_pending().size == 4


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("step", [*(step for step in STEPS if step != "record"), "ledger.head"])
def test_epoch_killed_at_any_step_works_or_can_be_begun_again(monkeypatch, step, how) -> None:
    restored(5, 4)
    with monkeypatch.context() as patched:
        kill_at(patched, step, how)
        with pytest.raises(Killed):
            began()
    if step == "ledger.plan":
        with pytest.raises(LedgerBroken):
            seal_pending()
        began()
    assert_goes_on(6)
    assert len(keyring.keys().epochs) == 2


def test_begin_ledger_epoch_command_asks_first(monkeypatch, capsys) -> None:
    restored(5, 4)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("begin_ledger_epoch", reason="Disk died")
    assert len(keyring.keys().epochs) == 1
    monkeypatch.setattr("builtins.input", lambda _: " yes")
    call_command("begin_ledger_epoch", reason="Disk died")
    said = capsys.readouterr().out
    assert "Epoch 2 began after entry 5; 4 entries are lost." in said
    assert selectors.public_key_text() in said
    assert AuditPending.objects.count() == 1


def test_head_of_an_epoch_is_signed_by_its_first_key() -> None:
    restored(5, 4)
    began()
    note = keyring.outside("ledger.head").read_text()
    assert head_of(note, keyring.keys().newest).size == 5
