"""``make bench``: progress on standard error, one JSON object on the last line of standard output.

``ONLY=pages`` in the environment runs one section. A section builds its own data in a scratch PORTAL_HOME.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable

SECTIONS = ("pages", "ledger", "approvals", "calendar", "gate", "insights")


def say(line: str) -> None:
    """Tell the person who waits what is going on."""
    print(line, file=sys.stderr, flush=True)


def section(name: str) -> Callable[[], dict[str, float]]:
    """Return the function that measures a section; it is imported late, because settings read PORTAL_HOME."""
    from importlib import import_module

    return import_module(f"tests.bench.{name}").measure


def main() -> None:
    """Run one section, or each, and print what they measured."""
    only = os.environ.get("ONLY", "")
    if only and only not in SECTIONS:
        raise SystemExit(f"There is no section “{only}”. Choose from: {', '.join(SECTIONS)}.")
    measured = run(only) if only else {name: alone(name) for name in SECTIONS}
    print(json.dumps({only: measured} if only else measured))


def alone(name: str) -> dict[str, float]:
    """Run a section in a process of its own: each fills a portal of its own."""
    command = [sys.executable, "-m", "tests.bench"]
    env = {**os.environ, "ONLY": name}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])[name]
    return figures


def run(name: str) -> dict[str, float]:
    """Run a section in a scratch portal."""
    home = tempfile.mkdtemp(prefix="portal-bench-")
    os.environ["PORTAL_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    from portal import embedded

    embedded.acquire()
    try:
        import django

        django.setup()
        return section(name)()
    finally:
        embedded.release()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
