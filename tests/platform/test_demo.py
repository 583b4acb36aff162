"""``make demo`` from outside: it starts, it is ready, it stops without leaving anybody, it starts again."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.platform.processes import using, wait_until

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60


@pytest.fixture
def port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[str]:
    home = str(tmp_path / "own-home")
    yield home
    for pid in using(home):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def start(own_home: str, port: str) -> subprocess.Popen[bytes]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PORTAL_", "PYTEST_"))
    }
    environment |= {
        "PORTAL_HOME": own_home,
        "PORT": port,
        "PORTAL_POSTGRES_FSYNC": "off",
        "LOG_LEVEL": "CRITICAL",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "portal.demo"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


def answer(port: str, path: str) -> dict[str, Any]:
    """Return the JSON that an address answers with, or nothing while it answers with an error."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as response:
            body: dict[str, Any] = json.load(response)
            return body
    except OSError:
        return {}


def is_ready(port: str) -> bool:
    return bool(answer(port, "readyz").get("ok"))


@pytest.mark.slow
def test_demo_when_interrupted_leaves_nobody_and_starts_again_on_the_same_data(
    own_home: str, port: str
) -> None:
    demo = start(own_home, port)
    assert wait_until(lambda: is_ready(port), READY_SECONDS), answer(port, "readyz")
    key = Path(own_home, "secret.key").read_text()
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) == 0
    assert wait_until(lambda: using(own_home) == {}, 5), using(own_home)

    demo = start(own_home, port)
    assert wait_until(lambda: is_ready(port), READY_SECONDS), answer(port, "readyz")
    assert Path(own_home, "secret.key").read_text() == key
    demo.terminate()
    assert demo.wait(20) == 0
    assert wait_until(lambda: using(own_home) == {}, 5), using(own_home)


@pytest.mark.slow
def test_demo_when_its_port_is_taken_says_so(own_home: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "portal.demo"],
            cwd=ROOT,
            env=os.environ | {"PORTAL_HOME": own_home, "PORT": port},
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken. Choose another one: make demo PORT=8001\n"
