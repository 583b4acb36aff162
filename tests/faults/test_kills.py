"""Random SIGKILLs of sealers, workers and PostgreSQL, in a portal of their own, while it writes."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.faults.amount import FULL, amount, say

KILLS = amount(6, 50)
SEED = 26


@pytest.mark.slow
def test_kills_of_sealer_worker_and_postgresql_under_load_lose_and_double_nothing() -> None:
    command = [sys.executable, "-m", "tests.faults.storm", str(KILLS), str(SEED)]
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"PORTAL_HOME": ""},
        stdout=subprocess.PIPE,
        stderr=None if FULL else subprocess.STDOUT,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    said = done.stdout.splitlines()[-1]
    assert said.startswith(f"{KILLS} kills over ")
    say(said)
