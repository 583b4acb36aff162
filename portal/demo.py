"""``make demo``: the whole portal on one machine, with the demo organisation in it."""

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from typing import Any

import django

from portal import embedded
from portal.home import ensure_home
from portal.supervisor import Supervisor

CREDENTIALS = "demo-credentials.json"


def main() -> int:
    """Prepare the data, run the processes, and return the exit status."""
    started = time.monotonic()
    port = os.environ.get("PORT", "8000")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
    if not _is_free(int(port)):
        print(f"Port {port} is taken. Choose another one: make demo PORT=8001", file=sys.stderr)
        return 1
    embedded.acquire()
    _prepare()
    supervisor = Supervisor(
        commands=commands(port),
        ready=lambda: _answers(f"http://127.0.0.1:{port}/healthz") and _is_ready(),
        announce=lambda: _announce(time.monotonic() - started),
    )
    status = supervisor.run()
    embedded.release()
    return status


def commands(port: str) -> dict[str, list[str]]:
    """Return the command of each process: web, worker, exporter, beat."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "portal"]
    return {
        "web": [
            *(sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--workers", "2", "--threads", "4", "--timeout", "60", "--log-level", "warning"),
            "--no-control-socket",
        ],
        "worker": [
            *(*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle"),
        ],
        "exporter": [
            *(*celery, "worker", "--queues", "exports", "--hostname", "exporter@%h", "--concurrency", "1"),
            *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""],
    }


def _prepare() -> None:
    """Bring the database and static files up to date; load the demo organisation into an empty database."""
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if "load_demo" in get_commands() and not get_user_model().objects.exists():
        print("Loading the demo organisation…", flush=True)
        call_command("load_demo")
    from django.db import connections

    connections.close_all()


def _announce(seconds: float) -> None:
    print(f"\nCountersign is ready after {seconds:.0f} s: {os.environ['PUBLIC_URL']}\n")
    for line in _people():
        print(line)
    print("\nPress Ctrl-C to stop.", flush=True)


def _people() -> list[str]:
    """Return a line for each demo person: who they are, and how to sign in as them."""
    path = ensure_home() / CREDENTIALS
    if not path.exists():
        return []
    people: list[dict[str, Any]] = json.loads(path.read_text())
    lines = [f"  {'sign in as':<22}{'password':<28}roles"]
    for person in people:
        roles = ", ".join(role.replace("_", " ") for role in person["roles"])
        lines.append(f"  {person['username']:<22}{person['password']:<28}{roles}")
    return [*lines, f"  API tokens: {path}"]


def _is_ready() -> bool:
    """Tell whether every part works, without a line in the log for each time it does not yet."""
    from portal.health import states

    return all(part["ok"] for part in states().values())


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
