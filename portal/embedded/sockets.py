"""Where the embedded servers' unix sockets live. A socket's path holds 107 bytes at most."""

import os
import stat
import tempfile
from pathlib import Path

from portal.home import ensure_home, folder

PATH_LIMIT = 107
LONGEST_NAME = ".s.PGSQL.5432.lock"
NOTE = "sockets.path"


def socket_folder() -> Path:
    """Return the private folder for sockets: in PORTAL_HOME, or a short one when that path is too long."""
    inside = ensure_home() / "run"
    if len(os.fsencode(inside / LONGEST_NAME)) <= PATH_LIMIT:
        return folder("run")
    note = ensure_home() / NOTE
    if note.exists() and _is_private(Path(note.read_text())):
        return Path(note.read_text())
    short = Path(tempfile.mkdtemp(prefix="portal-", dir="/tmp"))
    draft = note.with_suffix(f".{os.getpid()}")
    draft.write_text(str(short))
    draft.rename(note)
    return short


def _is_private(path: Path) -> bool:
    """Tell whether the path is a real folder of ours that nobody else can enter."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
