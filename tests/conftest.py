"""What every test may rely on."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

GUARDED = ("audit_event", "audit_leaf", "audit_retirement", "audit_tombstone")


def pytest_configure(config: pytest.Config) -> None:
    """Take the slow parts out of the settings that no test is about."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]


def pytest_xdist_auto_num_workers() -> int:
    """Two workers: more would only wait for the one PostgreSQL of a small machine."""
    return 2


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let Django empty the tables between transactional tests; the ledger's triggers would refuse.

    At the end, close what processes that tests killed have left open: nobody can drop a database in use.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def guarded_ledger(db: None) -> None:
    """Guard the ledger in one test as it is guarded outside the tests."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")


@pytest.fixture(autouse=True)
def ledger_home(settings: Any, tmp_path: Path) -> Path:
    """Give each test a folder for the ledger's key and last checkpoint, as each has its own empty database."""
    settings.PORTAL_HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture
def real_worker(transactional_db: None, settings: Any) -> Iterator[None]:
    """A Celery worker process of its own on this test's database. It is up when the test starts."""
    from portal import health

    url = "postgresql://{USER}:{PASSWORD}@/{NAME}?host={HOST}&port={PORT}"
    environment = os.environ | {
        "DATABASE_URL": url.format(**connection.settings_dict),
        "REDIS_URL": settings.REDIS_URL,
        "CACHE_URL": settings.CACHE_URL,
        "PORTAL_HOME": str(settings.PORTAL_HOME),
        "LOG_LEVEL": "WARNING",
    }
    cache.delete(health.WORKER_KEY)
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "portal", "worker"]
    command += ["--queues", "celery,exports", "--concurrency", "1"]
    worker = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        deadline = time.monotonic() + 30
        while cache.get(health.WORKER_KEY) is None:
            assert worker.poll() is None, "The worker ended before it was ready."
            assert time.monotonic() < deadline, "The worker was not ready within 30 seconds."
            time.sleep(0.1)
        yield
    finally:
        worker.terminate()
        worker.wait(20)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real catalogs, registry answers and calendars that tests read; COUNTERSIGN_SHARED says where they are."""
    shared = Path(os.environ.get("COUNTERSIGN_SHARED", settings.BASE_DIR.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.fail(
            f"No test data in {shared / 'data'}. Put it there, or set COUNTERSIGN_SHARED to its folder."
        )
    return shared / "data"
