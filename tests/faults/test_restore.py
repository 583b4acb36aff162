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

from apps.audit.models import AuditPending, Checkpoint
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
