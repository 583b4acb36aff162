"""Processes that a test may kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from apps.audit.services import keyring
from tests.exports.conftest import pack, run, small_ledger

__all__ = ["pack", "run", "small_ledger"]

Start = Callable[[], int]


@pytest.fixture
def start_sealer(transactional_db: None, ledger_home: Path) -> Iterator[Start]:
    """Start a sealer on this test's database and return its process id. All that still run are killed at the end."""
    keyring.signer()
    command = [sys.executable, "-m", "tests.faults.nursery", connection.settings_dict["NAME"]]
    nursery = subprocess.Popen(
        [*command, str(ledger_home)],
        cwd=django_settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    running: list[int] = []

    def started() -> int:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        nursery.stdin.write("seal\n")
        nursery.stdin.flush()
        running.append(int(nursery.stdout.readline()))
        return running[-1]

    yield started
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    nursery.communicate(timeout=30)
    assert nursery.returncode == 0


def lives(pid: int) -> bool:
    """Tell whether a child of the nursery, which buries its dead at once, still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
