"""The portal's own PostgreSQL and Redis, for when DATABASE_URL and REDIS_URL are unset.

Every process that uses them holds a shared lock on a file in PORTAL_HOME for as long as it lives. The first
one in starts the servers; the last one out stops them. The next one adopts servers whose users were killed.
"""

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from portal.embedded import postgres, redis
from portal.home import ensure_home


@dataclass
class _Hold:
    """The lock that this process holds. A forked child inherits the lock, not the duty to give it up."""

    descriptor: int
    pid: int


_hold: _Hold | None = None


def wanted() -> tuple[bool, bool]:
    """Tell which servers are ours to run: PostgreSQL, Redis."""
    return not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")


def acquire() -> None:
    """Make sure that the embedded servers are up, until this process ends or releases them."""
    global _hold
    if not any(wanted()) or (_hold and _hold.pid == os.getpid()):
        return
    with _gate():
        descriptor = _open("users.lock")
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        try:
            _start_missing()
        except BaseException:
            os.close(descriptor)
            raise
    _hold = _Hold(descriptor, os.getpid())
    atexit.register(release)


def release() -> None:
    """Give up this process's use of the servers, and stop them if nobody else uses them."""
    global _hold
    if _hold is None or _hold.pid != os.getpid():
        return
    with _gate():
        os.close(_hold.descriptor)
        _hold = None
        descriptor = _open("users.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            os.close(descriptor)
        _stop()


def _start_missing() -> None:
    for server, ours in zip((postgres, redis), wanted(), strict=True):
        if ours and not server.is_up():
            server.start()


def _stop() -> None:
    for server, ours in zip((postgres, redis), wanted(), strict=True):
        if ours:
            server.stop()


@contextmanager
def _gate() -> Iterator[None]:
    """Let one process at a time start or stop servers."""
    descriptor = _open("gate.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(name: str) -> int:
    return os.open(ensure_home() / name, os.O_RDWR | os.O_CREAT, 0o600)
