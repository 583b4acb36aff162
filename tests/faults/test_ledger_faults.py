"""The ledger under races and kills: nothing lost, doubled, forked or out of step."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import Team
from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, Checkpoint
from apps.audit.rules.merkle import root_of
from apps.audit.rules.notes import head_of
from apps.audit.services import keyring, record_event, seal_pending
from apps.core import actors

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_sealer(transactional_db: None, ledger_home: Path) -> Iterator[Start]:
    """Start sealers on this test's database; what still runs at the end is killed."""
    keyring.signer()
    running: list[subprocess.Popen[bytes]] = []

    def started() -> subprocess.Popen[bytes]:
        database = connection.settings_dict["NAME"]
        command = [sys.executable, "-m", "tests.faults.sealer", database, str(ledger_home), "120"]
        running.append(subprocess.Popen(command, cwd=django_settings.BASE_DIR))
        return running[-1]

    yield started
    for process in running:
        process.kill()
        process.wait()


def start_writers(count: int, entries: int) -> list[Thread]:
    """Start writers, each with its own connection."""
    writers = [Thread(target=write, args=(f"w{number}", entries)) for number in range(count)]
    for writer in writers:
        writer.start()
    return writers


def write(prefix: str, entries: int) -> None:
    """Record entries in transactions that last for random times, so that they commit out of order."""
    chance = random.Random(prefix)
    for number in range(entries):
        obj = ("thing", f"{prefix}-{number % 3}" if number % 2 else "shared")
        with transaction.atomic():
            record_event(event="thing.noted", actor=actors.system(prefix), obj=obj, data={"n": number})
            time.sleep(chance.random() * 0.02)
    connection.close()


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
def test_eight_writers_and_two_sealers_at_once_miss_no_entry(start_sealer) -> None:
    sealers = [start_sealer() for _ in range(2)]
    writers = start_writers(8, 1)
    wait_until(lambda: Checkpoint.objects.exists())
    writers += start_writers(8, 40)
    for writer in writers:
        writer.join()
    wait_until(lambda: not AuditPending.objects.exists())
    assert all(sealer.poll() is None for sealer in sealers)
    for sealer in sealers:
        sealer.kill()
        sealer.wait()
    seal_pending()
    assert_whole(8 + 320)
    assert Checkpoint.objects.count() > 5


@pytest.mark.slow
def test_sealer_killed_at_random_moments_loses_and_doubles_no_entry(start_sealer) -> None:
    chance = random.Random(11)
    writers = start_writers(2, 150)
    for _ in range(4):
        sealer, before = start_sealer(), Checkpoint.objects.count()
        wait_until(
            lambda before=before: Checkpoint.objects.count() > before or not AuditPending.objects.exists()
        )
        time.sleep(chance.random() * 0.1)
        sealer.send_signal(signal.SIGKILL)
        sealer.wait()
    for writer in writers:
        writer.join()
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


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
