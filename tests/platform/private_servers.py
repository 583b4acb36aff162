"""Start the embedded servers from a checkout in a closed home, as some user, and report what others can see.

Run by the tests as a process of its own: ``private_servers.py CHECKOUT USER WAY``. It writes one JSON object.
The interpreter may live in a closed home itself, so everything is imported before root is given up.
"""

import ctypes
import json
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import psycopg

from portal import embedded
from portal.embedded import identity, postgres, redis
from portal.home import home

PR_SET_DUMPABLE = 4
OTHER_USER = 61170


def modes(top: Path) -> dict[str, tuple[int, int, int]]:
    """Return mode, owner and group of everything from ``/`` down to ``top`` and of all that lies under it."""
    paths = [top, *top.parents, *top.rglob("*")]
    outside = [path for path in paths if not path.is_relative_to(home())]
    return {
        str(path): (status.st_mode, status.st_uid, status.st_gid)
        for path in outside
        for status in [path.lstat()]
    }


def other_user_connects(path: Path) -> bool:
    """Tell whether some other user of this machine gets through to the socket."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(OTHER_USER, OTHER_USER, OTHER_USER)
            os.setresuid(OTHER_USER, OTHER_USER, OTHER_USER)
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(path))
        except PermissionError:
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def connects_without_password() -> bool:
    """Tell whether PostgreSQL lets somebody in who reaches the socket, but has no password."""
    try:
        psycopg.connect(
            host=str(postgres.socket_folder()), port=postgres.PORT, user="postgres", dbname="postgres"
        )
    except psycopg.OperationalError:
        return False
    return True


def open_paths() -> list[str]:
    """Return every folder on the way into PORTAL_HOME, and every socket in it, that others may use."""
    sockets = [path for path in postgres.socket_folder().iterdir() if stat.S_ISSOCK(path.lstat().st_mode)]
    wanted = [home(), postgres.socket_folder(), *sockets]
    return [str(path) for path in wanted if path.stat().st_mode & 0o077]


def report(checkout: Path) -> dict[str, Any]:
    """Run the servers once, and return what was seen while they were up."""
    before = modes(checkout)
    embedded.acquire()
    sockets = [postgres.socket_folder() / f".s.PGSQL.{postgres.PORT}", redis.socket_path()]
    seen = {
        "up": postgres.is_up() and redis.is_up(),
        "open": open_paths(),
        "without_password": connects_without_password(),
        "other_user": [os.geteuid() == 0 and other_user_connects(path) for path in sockets],
        "owner": postgres.data_folder().stat().st_uid,
    }
    embedded.release()
    return seen | {
        "down": not postgres.is_up(),
        "changed": sorted(set(before.items()) ^ set(modes(checkout).items())),
    }


def forbid_namespaces() -> None:
    """Stand in for a host that forbids user namespaces."""
    raise OSError("not here")


def main(checkout: Path, user: int, way: str) -> dict[str, Any]:
    """Report as root, or as an ordinary user after everything has been imported as root."""
    if way == "number":
        identity.enter_namespace = forbid_namespaces
    os.environ["PORTAL_HOME"] = str(checkout / ".portal")
    if user == os.geteuid():
        return report(checkout)
    report(checkout)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # A process that gave up root does not own its /proc/self. One that an ordinary user started does.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    identity.not_root.cache_clear()
    os.environ["PORTAL_HOME"] = str(checkout / "own")
    return report(checkout / "own")


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]), sys.stdout)
