"""The embedded servers live as long as somebody uses them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.platform.processes import using, wait_until

ROOT = Path(__file__).resolve().parents[2]
USER = "from portal import embedded; embedded.acquire(); print('in', flush=True); input()"

Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def own_home(tmp_path: Path) -> str:
    return str(tmp_path / "own-home")


@pytest.fixture
def start_user(own_home: str) -> Iterator[Start]:
    """Start processes that use the servers of one PORTAL_HOME until a line comes in."""
    users: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-c", USER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PORTAL_HOME": own_home},
        )
        users.append(user)
        assert user.stdout is not None
        assert user.stdout.readline() == "in\n"
        return user

    yield start
    for user in users:
        if user.poll() is None:
            user.communicate("\n", timeout=20)


def servers(own_home: str) -> set[int]:
    """Return the process ids of both servers."""
    return {
        pid
        for pid, command in using(own_home).items()
        if "postgres -D" in command or "redis-server" in command
    }


@pytest.mark.slow
def test_servers_when_one_of_two_users_leaves_stay_until_the_other_does(
    own_home: str, start_user: Start
) -> None:
    first, second = start_user(), start_user()
    both = servers(own_home)
    first.communicate("\n", timeout=20)
    assert servers(own_home) == both
    assert len(both) == 2
    second.communicate("\n", timeout=20)
    assert wait_until(lambda: using(own_home) == {}, 10)


@pytest.mark.slow
def test_servers_when_their_user_is_killed_are_adopted_by_the_next(own_home: str, start_user: Start) -> None:
    killed = start_user()
    both = servers(own_home)
    killed.kill()
    killed.communicate(timeout=10)
    assert servers(own_home) == both
    heir = start_user()
    assert servers(own_home) == both
    heir.communicate("\n", timeout=20)
    assert wait_until(lambda: using(own_home) == {}, 10)
