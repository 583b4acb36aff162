"""What every test may rely on."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from pytest_django.plugin import DjangoDbBlocker

from apps.audit.services import sealing
from apps.audit.services.protection import owner_connection
from portal import supervisor
from tests.changes.estate import Estate, make_estate
from tests.dba import as_owner, tables, unguarded

FEW = 1000
"""Up to so many rows are deleted; more are truncated, which leaves nothing behind for the next test to pass over."""


def pytest_configure(config: pytest.Config) -> None:
    """Take the slow parts out of the settings that no test is about, and no test by its time: a machine may be busy."""
    hypothesis.settings.register_profile(
        "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("suite")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what lives to the end of the run: five thousand tests and all modules."""
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """Two workers: more would only wait for the one PostgreSQL of a small machine."""
    return 2


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> ExitStack:
    """Let the owner of the tables make and migrate the test database, until the stack is closed."""
    stack = ExitStack()
    stack.enter_context(owner_connection())
    return stack


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: ExitStack, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Run the tests as the portal's own login, on the database that its owner has made.

    At the end, close what processes that tests killed have left open: nobody can drop a database in use. An autovacuum
    that runs there gives way by itself, and this login may not end it.
    """
    with django_db_blocker.unblock():
        django_db_modify_db_settings.close()
    # They have written down every model and permission, which stay there.
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    with pytest.MonkeyPatch.context() as patch:
        # On the class: Playwright's event loop gives its tests a connection of their own.
        patch.setattr(type(connection.ops), "execute_sql_flush", _empty_as_owner)
        patch.setattr(transaction.Atomic, "__exit__", _end_role(transaction.Atomic.__exit__))
        yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    connection.close()


def _empty_as_owner(operations: Any, statements: list[str]) -> None:  # noqa: ARG001
    """Empty the tables between transactional tests as their owner, past the triggers that let nobody.

    Django would truncate each of the hundred tables, of which a test fills ten, and then write down its models anew.
    To look which have rows and to delete those takes a twentieth of the time.
    """
    there = tables()
    counts = (
        f"SELECT '{table}', (SELECT count(*) FROM (SELECT FROM {table} LIMIT {FEW}) AS few)"
        for table in there
    )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        rows = dict(cursor.fetchall())
    held = [table for table in there if rows[table]]
    many = FEW in rows.values()
    with unguarded(*(there if many else held)), connection.cursor() as cursor:
        if many:
            cursor.execute(f"TRUNCATE {', '.join(there)}")
        elif held:
            # Foreign keys may wait: in the end nothing is left that points anywhere.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {table}" for table in held))


def _end_role(leave: Callable[..., None]) -> Callable[..., None]:
    """End a role that was taken for a transaction where a test's own transaction goes on around it."""

    def leave_and_end_role(atomic: transaction.Atomic, *error: Any) -> None:
        leave(atomic, *error)
        if atomic.durable and connection.in_atomic_block and not connection.needs_rollback:
            connection.connection.execute("RESET ROLE")

    return leave_and_end_role


@pytest.fixture(autouse=True)
def ledger_home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a folder for the ledger's key and last checkpoint, as each has its own empty database.

    And a sealer that has neither looked at anchors nor said a trouble yet, as in a process that has just started.
    """
    monkeypatch.setattr(sealing, "_looked_at", float("-inf"))
    monkeypatch.setattr(sealing, "_said_at", {})
    settings.PORTAL_HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture
def estate(db: None) -> Estate:
    """Return a small organisation with nothing proposed yet, and forget the passwords tried before."""
    cache.clear()
    return make_estate()


@pytest.fixture
def real_worker(transactional_db: None, settings: Any) -> Iterator[None]:
    """A Celery worker process of its own on this test's database. It is up when the test starts."""
    with a_worker(settings):
        yield


@contextmanager
def a_worker(settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Celery worker process on this test's database, and end it. It is up within."""
    from portal import health

    url = "postgresql://{USER}:{PASSWORD}@/{NAME}?host={HOST}&port={PORT}"
    environment = os.environ | {
        "DATABASE_URL": url.format(**connection.settings_dict),
        "LEDGER_ROLE": settings.LEDGER_ROLE,
        "REDIS_URL": settings.REDIS_URL,
        "CACHE_URL": settings.CACHE_URL,
        "PORTAL_HOME": str(settings.PORTAL_HOME),
        "LOG_LEVEL": "WARNING",
    }
    cache.delete(health.WORKER_KEY)
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "portal", "worker"]
    command += ["--queues", "celery,exports", "--concurrency", "1"]
    worker = subprocess.Popen(
        command,
        env=environment,
        cwd=settings.BASE_DIR,
        start_new_session=True,
        preexec_fn=supervisor.die_with_parent,
    )
    try:
        deadline = time.monotonic() + 30
        while cache.get(health.WORKER_KEY) is None:
            assert worker.poll() is None, "The worker ended before it was ready."
            assert time.monotonic() < deadline, "The worker was not ready within 30 seconds."
            time.sleep(0.1)
        yield worker
    finally:
        worker.terminate()
        # Celery waits half a minute when the end meets a result on its way. So it is killed, as the supervisor does.
        with suppress(subprocess.TimeoutExpired):
            worker.wait(supervisor.GRACE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real catalogs, registry answers and calendars that tests read; COUNTERSIGN_SHARED says where they are."""
    shared = Path(os.environ.get("COUNTERSIGN_SHARED", settings.BASE_DIR.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.fail(
            f"No test data in {shared / 'data'}. Put it there, or set COUNTERSIGN_SHARED to its folder."
        )
    return shared / "data"
