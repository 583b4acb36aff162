"""What the ledger keeps outside the database: its key, its keys' history, and the last checkpoint that it signed.

``ledger.key`` (mode 0600) is made once, together with ``ledger.keys``, ``ledger.pub`` and a checkpoint of the empty
tree in ``ledger.head``. So a missing head always means that something was lost.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from apps.audit.rules.dsse import IN_TOTO, envelope
from apps.audit.rules.history import KeyHistory, first_key, line
from apps.audit.rules.merkle import EMPTY_ROOT
from apps.audit.rules.notes import Head, Signer
from apps.audit.rules.troubles import LedgerBroken
from apps.audit.selectors.outside import held_head, history, key_lost, outside
from apps.audit.selectors.sealed import latest_checkpoint
from apps.core import clock
from apps.core.canonical import canonical_bytes


def signer() -> Signer:
    """Return the ledger's key, making it on the first call.

    Raises:
        KeyLost: it is gone, although the ledger was signed before.
        LedgerBroken: it cannot be read.
    """
    path = outside("ledger.key")
    if not path.exists():
        with locked():
            if not path.exists():
                _make_key()
    try:
        name, _, secret = path.read_text().strip().rpartition(" ")
        return Signer(name, bytes.fromhex(secret))
    except (OSError, ValueError) as error:
        raise LedgerBroken(f"The ledger's key cannot be read: {error}.") from error


def keys() -> KeyHistory:
    """Return the ledger's keys.

    Raises:
        LedgerBroken: the history is lost or does not hold.
    """
    found = history()
    if found is None:
        raise LedgerBroken(
            f"The ledger's key history is missing: {outside('ledger.keys')} does not exist.",
            remedy="Bring back ledger.keys and ledger.pub from where ledger.key came from.",
        )
    return found


def sign_digest(*, label: str, digest: str) -> str:
    """Return a signed note about a hex SHA-256. ``label`` keeps it apart from checkpoints: it follows the origin."""
    key = signer()
    return key.sign(f"{key.name}/{label}\n{digest}\n")


def sign_statement(statement: dict[str, Any]) -> bytes:
    """Return an in-toto statement in a DSSE envelope, signed with the ledger's key, as one line of JSON.

    Raises:
        LedgerBroken: the key is lost or cannot be read.
    """
    return envelope(kind=IN_TOTO, payload=canonical_bytes(statement), signer=signer())


def hold_head(note: str) -> None:
    """Keep a checkpoint outside the database, unless a longer one or one of a newer epoch is there."""
    with locked():
        known = keys()
        head, held = known.head_of(note), held_head(known)
        if head.origin == known.newest.name and head.size >= held.size:
            write("ledger.head", note)


def fresh_key(name: str) -> Signer:
    """Return a new key. Nothing is kept of it."""
    return Signer(name, Ed25519PrivateKey.generate().private_bytes_raw())


def key_line(key: Signer) -> str:
    """Return what ``ledger.key`` holds."""
    return f"{key.name} {key.secret.hex()}\n"


def write(name: str, content: str, mode: int = 0o644) -> None:
    """Replace a file of the ledger in one step."""
    write_in(_home(), name, content, mode)


def write_in(folder: Path, name: str, content: str, mode: int = 0o644) -> None:
    """Replace a file in one step, on disk before it has its name."""
    path = folder / name
    temporary = path.with_name(f".{name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


@contextmanager
def locked() -> Iterator[None]:
    """Keep every other process from the ledger's files."""
    with (_home() / "ledger.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_key() -> None:
    head, past = outside("ledger.head"), outside("ledger.keys")
    signed = head.exists() and head.read_text().split("\n")[1] != "0"
    # A host without the key must not make one of its own for a ledger that was signed elsewhere.
    if signed or (past.exists() and past.read_text().count("\n") > 1) or latest_checkpoint() is not None:
        raise key_lost()
    # A ledger is named after the address of its portal, and keeps the name that it was given first.
    made = fresh_key(f"{urlsplit(settings.PUBLIC_URL).netloc}/ledger")
    # The key comes last: whatever a crash before it leaves behind is made again.
    write("ledger.keys", line(first_key(made.verifier, clock.iso(clock.now()))))
    write("ledger.pub", made.verifier.text + "\n")
    write("ledger.head", made.sign(Head(made.name, 0, EMPTY_ROOT).text))
    write("ledger.key", key_line(made), mode=0o600)


def _home() -> Path:
    home = Path(settings.PORTAL_HOME)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home
