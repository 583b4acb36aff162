"""Checkpoints left outside the portal: by mail, in a folder, with a time-stamp, and what they show later."""

import base64
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client

from apps.audit import selectors
from apps.audit.enums import AnchorKind, AnchorState, LedgerLevel
from apps.audit.models import AuditAnchor, AuditEvent, AuditLeaf, AuditTile, Checkpoint
from apps.audit.rules.merkle import root_of
from apps.audit.rules.notes import Head
from apps.audit.rules.tiles import Edge
from apps.audit.rules.timestamps import BadTimestamp, certificates, request_for, stamped_at
from apps.audit.services import (
    LedgerBroken,
    anchor_checkpoint,
    begin_ledger_epoch,
    keyring,
    rotate_ledger_key,
    seal_pending,
    sealing,
)
from apps.core import clock
from tests.audit.restoring import backed_up
from tests.audit.test_keys import ACTOR, Killed, kill_at, sealed
from tests.audit.tsa import Authority
from tests.dba import unguarded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """Name a folder outside PORTAL_HOME."""
    settings.LEDGER_ANCHOR_DIR = str(tmp_path / "share")
    (tmp_path / "share").mkdir()
    return tmp_path / "share"


@pytest.fixture(autouse=True)
def look_outside_each_time(monkeypatch) -> None:
    monkeypatch.setattr(sealing, "_LOOK_AGAIN_SECONDS", 0)


def level() -> selectors.Level:
    return selectors.ledger_level(selectors.latest_checkpoint())


def sealer_part(client: Client) -> dict:
    return client.get("/readyz").json()["parts"]["sealer"]


def test_level_grows_from_self_consistent_to_signed_to_anchored(settings, folder) -> None:
    assert level() == selectors.Level(LedgerLevel.SELF_CONSISTENT)
    sealed(3)
    settings.LEDGER_ANCHOR_DIR = ""
    assert anchor_checkpoint() == 0
    assert level() == selectors.Level(LedgerLevel.SIGNED)
    settings.LEDGER_ANCHOR_DIR = str(folder)
    first = datetime(2026, 11, 3, 9, tzinfo=UTC)
    for hours in range(3):
        sealed(2)
        with clock.moved_to(first + timedelta(hours=hours)):
            assert anchor_checkpoint() == 1
            assert anchor_checkpoint() == 0
    said = level()
    assert (said.name, said.since, said.last) == (LedgerLevel.ANCHORED, first, first + timedelta(hours=2))
    assert said.trouble is None
    assert selectors.ledger_trouble() is None


def test_level_costs_two_questions(folder, django_assert_num_queries) -> None:
    for _ in range(3):
        sealed(300)
        anchor_checkpoint()
    newest = selectors.latest_checkpoint()
    with django_assert_num_queries(2):
        assert selectors.ledger_level(newest).name == LedgerLevel.ANCHORED


def test_level_of_a_page_that_the_sealer_overtakes_shows_no_trouble(folder) -> None:
    sealed(3)
    anchor_checkpoint()
    older = selectors.latest_checkpoint()
    sealed(2)
    said = selectors.ledger_level(older)
    assert (said.name, said.trouble) == (LedgerLevel.ANCHORED, None)


def test_anchor_in_a_folder_is_the_signed_checkpoint_and_is_never_written_again(folder) -> None:
    checkpoint = sealed(3)
    anchor_checkpoint()
    (path,) = folder.iterdir()
    assert path.name == "epoch-001-000000000003.checkpoint"
    assert path.read_text() == checkpoint.note
    with unguarded():
        AuditAnchor.objects.all().delete()
    assert anchor_checkpoint() == 1
    path.write_text("something else\n")
    with unguarded():
        AuditAnchor.objects.all().delete()
    assert anchor_checkpoint() == 0
    assert path.read_text() == "something else\n"
    assert "something else" in AuditAnchor.objects.get().error


def test_anchor_in_portal_home_is_no_anchor(settings, ledger_home) -> None:
    sealed(1)
    settings.LEDGER_ANCHOR_DIR = str(ledger_home / "anchors")
    assert anchor_checkpoint() == 0
    assert "PORTAL_HOME" in AuditAnchor.objects.get().error
    assert level().name == LedgerLevel.SIGNED


def test_anchor_by_mail_carries_the_checkpoint(settings) -> None:
    settings.LEDGER_ANCHOR_MAIL = ["audit@example.org", "notary@example.net"]
    checkpoint = sealed(3)
    assert anchor_checkpoint() == 1
    (message,) = mail.outbox
    assert message.to == ["audit@example.org", "notary@example.net"]
    assert checkpoint.note in message.body
    assert message.attachments[0].content == checkpoint.note.encode()
    assert level().name == LedgerLevel.ANCHORED


def test_anchor_by_mail_into_files_is_no_anchor(settings) -> None:
    settings.LEDGER_ANCHOR_MAIL = ["audit@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    sealed(1)
    assert anchor_checkpoint() == 0
    assert "EMAIL_URL" in AuditAnchor.objects.get().error


def test_anchor_with_a_time_stamp_verifies_with_openssl_and_with_the_library(settings, authority) -> None:
    settings.LEDGER_TSA_CA = str(authority.ca)
    checkpoint = sealed(3)
    with authority.serving() as settings.LEDGER_TSA_URL:
        assert anchor_checkpoint() == 1
    row = AuditAnchor.objects.get()
    note, token = checkpoint.note.encode(), bytes(row.token)
    assert authority.verifies(token, note)
    assert not authority.verifies(token, note + b"x")
    roots = certificates(authority.ca.read_bytes())
    assert stamped_at(token, note, roots) == row.at
    assert abs(row.at - clock.now()) < timedelta(minutes=1)
    for wrong in (note + b"x", b"other"):
        with pytest.raises(BadTimestamp):
            stamped_at(token, wrong, roots)
    with pytest.raises(BadTimestamp):
        stamped_at(token, note, roots, request=request_for(note))
    (shown,) = selectors.anchors(3)
    assert base64.b64decode(shown["token"]) == token
    assert (shown["kind"], shown["size"], shown["note"]) == ("rfc3161", 3, checkpoint.note)
    assert shown["note_sha256"] == sha256(note).hexdigest()
    assert selectors.anchors(2) == []


def test_time_stamp_of_a_foreign_authority_is_no_anchor(settings, authority, tmp_path) -> None:
    settings.LEDGER_TSA_CA = str(Authority(tmp_path / "foreign").ca)
    sealed(3)
    with authority.serving() as settings.LEDGER_TSA_URL:
        assert anchor_checkpoint() == 0
    assert "BadTimestamp" in AuditAnchor.objects.get().error


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x02\x01\x05", b"x" * 200_000])
def test_time_stamp_that_is_none_is_no_anchor(settings, authority, answer) -> None:
    settings.LEDGER_TSA_CA = str(authority.ca)
    sealed(1)
    authority.answer = answer
    try:
        with authority.serving() as settings.LEDGER_TSA_URL:
            assert anchor_checkpoint() == 0
    finally:
        authority.answer = None
    assert AuditAnchor.objects.get().state == AnchorState.FAILED


def test_time_stamp_asked_elsewhere_by_a_redirect_is_not_followed(settings, authority) -> None:
    settings.LEDGER_TSA_CA = str(authority.ca)
    sealed(1)
    asked = authority.asked
    with authority.serving(status=307) as settings.LEDGER_TSA_URL:
        assert anchor_checkpoint() == 0
    assert authority.asked == asked + 1
    assert "307" in AuditAnchor.objects.get().error


def test_anchor_that_fails_stops_no_other_and_is_tried_again(settings, authority, folder) -> None:
    settings.LEDGER_ANCHOR_MAIL = ["audit@example.org"]
    settings.LEDGER_TSA_CA = str(authority.ca)
    settings.LEDGER_TSA_URL = "http://127.0.0.1:1/"
    folder.rmdir()
    sealed(3)
    assert anchor_checkpoint() == 1
    assert set(level().failed) == {AnchorKind.FOLDER.label, AnchorKind.RFC3161.label}
    assert level().name == LedgerLevel.ANCHORED
    folder.mkdir()
    with authority.serving() as settings.LEDGER_TSA_URL:
        assert anchor_checkpoint() == 2
    assert level().failed == ()
    assert len(mail.outbox) == 1
    assert {row.kind for row in AuditAnchor.objects.filter(state=AnchorState.DONE)} == set(AnchorKind.values)


def test_anchors_cannot_be_changed(folder) -> None:
    sealed(1)
    anchor_checkpoint()
    for change in (
        lambda: AuditAnchor.objects.update(at=clock.now()),
        lambda: AuditAnchor.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError):
            change()


def test_anchors_hold_the_oldest_and_the_newest_of_each_kind(settings, folder) -> None:
    settings.LEDGER_ANCHOR_MAIL = ["audit@example.org"]
    for _ in range(3):
        sealed(2)
        anchor_checkpoint()
    assert [(each["kind"], each["size"]) for each in selectors.anchors(6)] == [
        ("mail", 2),
        ("mail", 6),
        ("folder", 2),
        ("folder", 6),
    ]
    assert [(each["kind"], each["size"]) for each in selectors.anchors(5)][1] == ("mail", 4)


def rebuild_without_ten(*, forge_head: bool, forge_anchors: bool) -> None:
    """Do what an insider can who owns the database and holds the key: drop ten entries and sign the rest anew."""
    signer = keyring.signer()
    with unguarded(), connection.cursor() as cursor:
        AuditAnchor.objects.all().delete()
        kept = [row for row in AuditLeaf.objects.order_by("index") if not 5 <= row.index < 15]
        for model in (AuditLeaf, AuditTile, Checkpoint):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        cursor.execute("DELETE FROM audit_event WHERE id <> ALL(%s)", [[row.event_id for row in kept]])
        AuditLeaf.objects.bulk_create(
            [AuditLeaf(index=at, event_id=row.event_id) for at, row in enumerate(kept)]
        )
        hashes = [
            bytes(each) for each in AuditEvent.objects.order_by("id").values_list("leaf_hash", flat=True)
        ]
        edge = Edge(0, [])
        tiles = edge.extend(hashes).items()
        AuditTile.objects.bulk_create(
            [AuditTile(level=level, index=index, data=data) for (level, index), data in tiles]
        )
        head = Head(signer.name, len(hashes), root_of(hashes))
        checkpoint = Checkpoint.objects.create(
            size=head.size,
            root=head.root,
            origin=head.origin,
            note=signer.sign(head.text),
            key_id=signer.verifier.key_id.hex(),
            created_at=clock.now(),
        )
    if forge_head:
        keyring.outside("ledger.head").write_text(checkpoint.note)
    if forge_anchors:
        anchor_checkpoint()


def test_insider_who_rebuilds_the_ledger_with_the_key_is_found_by_the_head_outside(client: Client) -> None:
    sealed(40)
    rebuild_without_ten(forge_head=False, forge_anchors=False)
    assert level().trouble is not None
    assert "refuses to sign" in sealer_part(client)["why"]
    with pytest.raises(LedgerBroken):
        seal_pending()


def test_insider_who_rewrites_the_head_too_is_found_by_the_folder_outside(
    client: Client, folder, settings
) -> None:
    settings.LEDGER_ANCHOR_MAIL = ["audit@example.org"]
    sealed(40)
    anchor_checkpoint()
    rebuild_without_ten(forge_head=True, forge_anchors=True)
    assert "left in the folder outside at 40 entries" in sealer_part(client)["why"]
    with pytest.raises(LedgerBroken, match="folder outside"):
        seal_pending()


def test_insider_who_catches_up_is_still_found_by_what_was_anchored(
    client: Client, folder, monkeypatch
) -> None:
    sealed(40)
    anchor_checkpoint()
    anchored = list(AuditAnchor.objects.values_list("digest", "at"))
    rebuild_without_ten(forge_head=True, forge_anchors=False)
    monkeypatch.setattr(sealing, "_look_outside", lambda: None)
    assert sealed(10).size == 40
    newest = Checkpoint.objects.latest("size")
    with unguarded():
        for digest, at in anchored:
            AuditAnchor.objects.create(checkpoint=newest, kind="folder", state="done", at=at, digest=digest)
    said = level()
    assert said.trouble is not None
    assert "left outside the portal at 40 entries" in said.trouble.reason
    assert said.name == LedgerLevel.SIGNED
    assert not sealer_part(client)["ok"]
    with unguarded():
        AuditAnchor.objects.all().delete()
    assert "folder outside" in sealer_part(client)["why"]


def test_insider_who_forges_a_time_stamp_is_found_by_the_authoritys_key(
    settings, authority, client: Client
) -> None:
    settings.LEDGER_TSA_CA = str(authority.ca)
    sealed(40)
    with authority.serving() as settings.LEDGER_TSA_URL:
        anchor_checkpoint()
    token = bytes(AuditAnchor.objects.get().token)
    rebuild_without_ten(forge_head=True, forge_anchors=False)
    newest = Checkpoint.objects.get()
    with unguarded():
        digest = sha256(newest.note.encode()).digest()
        AuditAnchor.objects.create(
            checkpoint=newest, kind="rfc3161", state="done", at=clock.now(), digest=digest, token=token
        )
    assert "left outside" in sealer_part(client)["why"]


def test_whole_host_set_back_is_found_by_the_folder_and_goes_on_in_a_new_epoch(
    ledger_home, tmp_path, folder
) -> None:
    sealed(5)
    anchor_checkpoint()
    restore = backed_up()
    shutil.copytree(ledger_home, tmp_path / "older")
    lost = sealed(4)
    anchor_checkpoint()
    restore()
    shutil.rmtree(ledger_home)
    shutil.copytree(tmp_path / "older", ledger_home)
    with pytest.raises(LedgerBroken, match="folder outside at 9"):
        seal_pending()
    epoch = begin_ledger_epoch(actor=ACTOR, reason="The host was set back")
    assert (epoch.lost_head, epoch.lost_entries) == (lost.note, 4)
    assert selectors.ledger_trouble() is None
    assert sealed(1).size == 7
    assert anchor_checkpoint() == 1
    assert sorted(path.name for path in folder.iterdir()) == [
        "epoch-001-000000000005.checkpoint",
        "epoch-001-000000000009.checkpoint",
        "epoch-002-000000000007.checkpoint",
    ]
    assert level().name == LedgerLevel.ANCHORED


def test_epoch_killed_after_its_event_is_carried_out_though_the_folder_is_ahead(folder, monkeypatch) -> None:
    sealed(5)
    restore = backed_up()
    sealed(4)
    anchor_checkpoint()
    restore()
    with monkeypatch.context() as patched:
        kill_at(patched, "ledger.keys", "before")
        with pytest.raises(Killed):
            begin_ledger_epoch(actor=ACTOR, reason="Disk died")
    assert sealed(1).size == 7
    assert selectors.ledger_trouble() is None


def test_whole_host_set_back_and_noticed_late_goes_on_though_it_has_grown_again(
    ledger_home, tmp_path, folder, monkeypatch
) -> None:
    sealed(5)
    restore = backed_up()
    shutil.copytree(ledger_home, tmp_path / "older")
    sealed(1)
    anchor_checkpoint()
    restore()
    shutil.rmtree(ledger_home)
    shutil.copytree(tmp_path / "older", ledger_home)
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "_look_outside", lambda: None)
        sealed(4)
    with pytest.raises(LedgerBroken, match="folder outside at 6"):
        seal_pending()
    epoch = begin_ledger_epoch(actor=ACTOR, reason="The host was set back")
    assert (epoch.from_size, epoch.lost_size, epoch.lost_entries) == (9, 6, None)
    assert sealed(1).size == 11
    for checkpoint in Checkpoint.objects.all():
        keyring.keys().head_of(checkpoint.note)


def test_anchors_outlive_a_rotation_of_the_key(folder) -> None:
    sealed(3)
    anchor_checkpoint()
    rotate_ledger_key(actor=ACTOR)
    sealed(1)
    assert anchor_checkpoint() == 1
    assert level().name == LedgerLevel.ANCHORED
    assert selectors.ledger_trouble() is None
