"""The supervisor leaves nobody behind, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.processes import using, wait_until

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from portal import supervisor
supervisor.GRACE_SECONDS = 1
commands = dict(line.split("=", 1) for line in sys.argv[1:])
runner = supervisor.Supervisor(
    {name: ["sh", "-c", command] for name, command in commands.items()},
    ready=lambda: True,
    announce=lambda: print("ready", flush=True),
)
sys.exit(runner.run())
"""
STUBBORN = "trap '' TERM; sleep 100 & while true; do sleep 0.1; done"


@pytest.fixture
def mark() -> Iterator[str]:
    """A word in the environment of every process of one test, by which they are found."""
    word = f"mark-{time.monotonic_ns()}"
    yield word
    for pid in using(word):
        os.kill(pid, signal.SIGKILL)


def supervise(mark: str, *commands: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *commands],
        cwd=ROOT,
        env=os.environ | {"MARK": mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(supervisor: subprocess.Popen[str]) -> bool:
    assert supervisor.stdout is not None
    return supervisor.stdout.readline() == "ready\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_supervisor_when_asked_to_stop_ends_every_child(mark: str, number: int) -> None:
    supervisor = supervise(mark, "one=sleep 100", f"two={STUBBORN}")
    assert ready(supervisor)
    supervisor.send_signal(number)
    supervisor.communicate(timeout=20)
    assert supervisor.returncode == 0
    assert using(mark) == {}


def test_supervisor_when_a_child_dies_stops_the_others_and_names_it(mark: str) -> None:
    supervisor = supervise(mark, "one=sleep 100", "two=sleep 0.3; exit 3")
    _, errors = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 1
    assert errors == "two ended by itself, so everything was stopped.\n"
    assert using(mark) == {}


def test_supervisor_when_killed_takes_its_children_along(mark: str) -> None:
    supervisor = supervise(mark, "one=exec sleep 100", "two=exec sleep 100")
    assert ready(supervisor)
    assert wait_until(lambda: len(using(mark)) == 3, 5)  # a process between two programs shows no environment
    supervisor.kill()
    supervisor.communicate(timeout=20)
    assert wait_until(lambda: using(mark) == {}, 5)
