"""A real worker, and real servers given by their addresses."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from portal import health
from portal.celery import app


@pytest.mark.slow
def test_worker_when_it_runs_shows_a_heartbeat_and_takes_tasks(real_worker: None) -> None:
    health.check_worker()
    app.send_task("apps.outbox.tasks.task_deliver_outbox", ignore_result=False).get(timeout=20)


@pytest.mark.slow
@pytest.mark.django_db
def test_portal_when_given_addresses_starts_no_servers_of_its_own(tmp_path: Path) -> None:
    database = "postgresql://{USER}:{PASSWORD}@/{NAME}?host={HOST}&port={PORT}".format(
        **connection.settings_dict
    )
    home = tmp_path / "home-without-servers"
    addresses = {"DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL, "PORTAL_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--check"],
        cwd=settings.BASE_DIR,
        env=os.environ | addresses,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert not (home / "postgres").exists()
    assert not (home / "run" / "redis.sock").exists()


def test_schedule_when_read_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    missing = [entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"] not in app.tasks]
    assert missing == []


def test_heartbeat_when_written_is_now() -> None:
    health.beat(["celery"])
    assert time.time() - health.cache.get(health.WORKER_KEY) < 5
