"""The ledger under races and kills: nothing lost, doubled, forked or out of step."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import Team
from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, Checkpoint
from apps.audit.rules.merkle import root_of
from apps.audit.rules.notes import head_of
from apps.audit.services import keyring, record_event, seal_pending
from apps.core import actors

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(transactional_db: None, ledger_home: Path) -> Start:
    """Start ``tests.faults.worker`` on this test's database; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def started(*words: str) -> subprocess.Popen[bytes]:
        database = connection.settings_dict["NAME"]
        command = [sys.executable, "-m", "tests.faults.worker", database, str(ledger_home), *words]
        process = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=os.environ.copy())
        running.append(process)
        return process

    yield started
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def assert_whole(count: int) -> None:
    """Check the whole ledger: each entry has one leaf, in the order of its record, under each signed root."""
    assert AuditEvent.objects.count() == count
    assert not AuditPending.objects.exists()
    rows = list(AuditLeaf.objects.order_by("index").select_related("event"))
    assert [row.index for row in rows] == list(range(count))
    steps: dict[tuple[str, str], int] = {}
    for row in rows:
        name = (row.event.object_type, row.event.object_id)
        steps[name] = steps.get(name, 0) + 1
        assert row.event.object_seq == steps[name]
    hashes = [bytes(row.event.leaf_hash) for row in rows]
    key = keyring.signer().verifier
    for checkpoint in Checkpoint.objects.order_by("size"):
        head = head_of(checkpoint.note, key)
        assert head.root == bytes(checkpoint.root) == root_of(hashes[: head.size])
    assert keyring.held_head().size == count


@pytest.mark.slow
def test_eight_writers_and_two_sealers_at_once_miss_no_entry(start) -> None:
    keyring.signer()
    sealers = [start("seal", "60") for _ in range(2)]
    writers = [start("write", f"w{number}", "25") for number in range(8)]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 8
    assert all(sealer.poll() is None for sealer in sealers)
    for sealer in sealers:
        sealer.terminate()
        sealer.wait()
    seal_pending()
    assert_whole(200)
    assert Checkpoint.objects.count() > 10


@pytest.mark.slow
def test_sealer_killed_at_random_moments_loses_and_doubles_no_entry(start) -> None:
    chance = random.Random(11)
    writers = [start("write", f"w{number}", "150") for number in range(2)]
    kills = 0
    while kills < 6:
        sealer = start("seal", "60")
        before = Checkpoint.objects.count()
        wait_until(
            lambda before=before: Checkpoint.objects.count() > before or AuditPending.objects.count() == 0
        )
        time.sleep(chance.random() * 0.1)
        sealer.send_signal(signal.SIGKILL)
        sealer.wait()
        kills += 1
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    seal_pending()
    assert_whole(300)


@pytest.mark.django_db(transaction=True)
def test_business_write_rolls_back_when_its_entry_cannot_be_written() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail_now() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$;"
            "CREATE TRIGGER fail_now BEFORE INSERT ON audit_pending FOR EACH ROW EXECUTE FUNCTION fail_now()"
        )
    try:
        with pytest.raises(DatabaseError, match="disk full"):
            rename_in_one_transaction()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER fail_now ON audit_pending; DROP FUNCTION fail_now")
    assert not Team.objects.exists()
    assert not AuditEvent.objects.exists()


@transaction.atomic
def rename_in_one_transaction() -> None:
    team = Team.objects.create(slug="a", name="A")
    record_event(event="team.added", actor=actors.system("tests"), obj=team)


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
