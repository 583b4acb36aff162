"""What every test may rely on."""

from pathlib import Path
from typing import Any

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker


def pytest_configure(config: pytest.Config) -> None:
    """Take the slow parts out of the settings that no test is about."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]


def pytest_xdist_auto_num_workers() -> int:
    """Two workers: more would only wait for the one PostgreSQL of a small machine."""
    return 2


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let Django empty the tables between transactional tests; the ledger's triggers would refuse."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("audit_event", "audit_leaf"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")


@pytest.fixture
def guarded_ledger(db: None) -> None:
    """Guard the ledger in one test as it is guarded outside the tests."""
    with connection.cursor() as cursor:
        for table in ("audit_event", "audit_leaf"):
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")


@pytest.fixture(autouse=True)
def ledger_home(settings: Any, tmp_path: Path) -> Path:
    """Give each test a folder for the ledger's key and last checkpoint, as each has its own empty database."""
    settings.PORTAL_HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real catalogs, registry answers and calendars that tests read; COUNTERSIGN_SHARED says where they are."""
    shared = Path(os.environ.get("COUNTERSIGN_SHARED", settings.BASE_DIR.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.fail(
            f"No test data in {shared / 'data'}. Put it there, or set COUNTERSIGN_SHARED to its folder."
        )
    return shared / "data"
