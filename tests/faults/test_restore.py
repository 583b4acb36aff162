"""An older dump of the database is restored: the portal sees it, says so, and signs nothing."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from apps.audit.models import AuditLeaf, AuditPending, Checkpoint
from apps.audit.rules.merkle import leaf_hash, root_of
from apps.audit.selectors import key_history, ledger_trouble
from apps.audit.services import LedgerBroken, record_event, seal_pending
from apps.core import actors
from portal.embedded.postgres import binaries


def record(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            record_event(event="thing.noted", actor=actors.system("tests"), obj=("thing", str(number % 3)))


@pytest.fixture
def dump(transactional_db: None, tmp_path: Path) -> Path:
    """Five sealed entries in a dump; then three more, sealed too."""
    record(5)
    seal_pending()
    path = tmp_path / "older.dump"
    _postgres("pg_dump", "--format=custom", f"--file={path}", connection.settings_dict["NAME"])
    record(3)
    seal_pending()
    return path


@pytest.fixture
def restored(dump: Path) -> Iterator[None]:
    """Point the portal at a database that the older dump was restored into."""
    present = connection.settings_dict["NAME"]
    older = f"restored_{uuid4().hex[:8]}"
    _postgres("createdb", older)
    _postgres("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={older}", str(dump))
    _use(older)
    yield
    _use(present)
    _postgres("dropdb", older)


def test_restored_older_dump_refuses_to_sign_and_says_what_to_do(restored, caplog) -> None:
    for pending in (0, 4):
        record(pending)
        with pytest.raises(LedgerBroken, match="signed up to 8 entries, but the database holds 5") as refused:
            seal_pending()
        assert "Restore the newest database" in refused.value.remedy
        assert Checkpoint.objects.get().size == 5
        assert AuditPending.objects.count() == pending
    assert "refuses to sign" in caplog.text
    with pytest.raises(CommandError, match="older copy"):
        call_command("seal_ledger")


def test_restored_older_dump_turns_readyz_red_and_says_what_to_do(restored, client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    said = answer.json()["parts"]["sealer"]
    assert not said["ok"]
    assert "8 entries, but the database holds 5" in said["why"]
    assert "begin_ledger_epoch" in said["why"]


def test_restored_older_dump_goes_on_in_a_new_epoch_that_cites_the_old_head(restored, ledger_home) -> None:
    old = (ledger_home / "ledger.head").read_text()
    call_command("begin_ledger_epoch", "--reason", "The disk broke; we restored yesterday's dump.", "--yes")
    record(4)
    newest = seal_pending()
    assert newest is not None
    epoch = key_history()["epochs"][-1]
    assert (epoch["from_size"], epoch["lost_size"], epoch["lost_entries"]) == (5, 8, 3)
    assert epoch["lost_head"] == old
    assert ledger_trouble() is None
    assert newest.size > 9
    leaves = AuditLeaf.objects.order_by("index").values_list("index", "event__entry")
    assert root_of([leaf_hash(bytes(entry)) for _, entry in leaves]) == bytes(newest.root)


def test_database_that_is_the_newest_again_is_signed_further(dump) -> None:
    record(2)
    assert seal_pending().size == 10


def _use(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def _postgres(program: str, *arguments: str) -> None:
    given = settings.OWNER_DATABASE
    environment = os.environ | {
        "PGHOST": str(given["HOST"]),
        "PGPORT": str(given["PORT"]),
        "PGUSER": str(given["USER"]),
        "PGPASSWORD": str(given["PASSWORD"]),
    }
    subprocess.run([binaries() / program, *arguments], env=environment, check=True)
