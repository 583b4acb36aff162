import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_embedded_database_when_tests_run_is_postgresql_18() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (version,) = cursor.fetchone()
    assert int(version) >= 180000


def test_embedded_redis_when_tests_run_keeps_a_value() -> None:
    cache.set("a", 1, 5)
    assert cache.get("a") == 1


@pytest.mark.slow
def test_cluster_of_one_login_when_started_is_brought_over_to_three_roles_once(tmp_path: Path) -> None:
    home = tmp_path / "older"
    done = subprocess.run(
        [sys.executable, "-m", "tests.platform.older_cluster"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PORTAL_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    owner, ledger, runtime, database = seen["roles"]
    # name, may log in, is a superuser, may make databases, may make roles, goes past row security, is a member of
    assert owner == ["portal", True, False, True, False, False, None]
    assert ledger == ["portal_ledger", False, False, False, False, False, None]
    assert runtime == ["portal_runtime", True, False, False, False, False, ["portal_ledger inherit f"]]
    assert database == ["portal", "{portal=CTc/portal,portal_runtime=c/portal}"]
    assert seen["again"]
    assert not seen["old_password"]
    assert seen["closed_before"]
    assert seen["kept"] == ["portal_runtime", 7]
    assert seen["refused"] == [True, True, True]
    files = sorted(home.glob("postgres*.password"))
    assert len({path.read_text() for path in files}) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
