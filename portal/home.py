"""PORTAL_HOME: the one folder that the portal writes to. It is private to the user that runs the portal."""

import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
MARKER = "portal.home"


class HomeUnusable(Exception):
    """PORTAL_HOME cannot be made private. The message says what to do."""


def home() -> Path:
    """Return PORTAL_HOME as an absolute path. It need not exist yet."""
    return Path(os.environ.get("PORTAL_HOME") or BASE_DIR / ".portal").resolve()


def ensure_home() -> Path:
    """Make PORTAL_HOME if it is missing, with mode 0700, and return it.

    Raises:
        HomeUnusable: the folder belongs to somebody else, or is somebody's open folder. Its mode is left
            alone, because PORTAL_HOME=/tmp would otherwise lock everybody out of /tmp.
    """
    folder = home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.geteuid():
        raise HomeUnusable(f"PORTAL_HOME {folder} belongs to another user. Choose a folder of your own.")
    if status.st_mode & 0o077:
        if not (folder / MARKER).exists() and any(folder.iterdir()):
            raise HomeUnusable(
                f"PORTAL_HOME {folder} holds other files and others can read it. "
                f"Choose an empty folder, or close it with: chmod 700 {folder}"
            )
        folder.chmod(0o700)
    (folder / MARKER).touch(mode=0o600)
    return folder


def folder(name: str) -> Path:
    """Return a private folder inside PORTAL_HOME, made on first use."""
    path = ensure_home() / name
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def secret(name: str) -> str:
    """Return the secret kept in the file ``name`` of PORTAL_HOME (mode 0600), made by whoever comes first."""
    path = ensure_home() / name
    if not path.exists():
        draft = path.with_name(f".{name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
