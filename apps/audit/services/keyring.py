"""What the ledger keeps outside the database: its key, and the last checkpoint that it signed.

``ledger.key`` (mode 0600) is made once, together with ``ledger.pub`` and a checkpoint of the empty tree in
``ledger.head``. So a missing head always means that something was lost.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from apps.audit.rules.merkle import EMPTY_ROOT
from apps.audit.rules.notes import BadNote, Head, Signer, head_of
from apps.core.errors import PortalError


class LedgerBroken(PortalError):
    """The ledger is not what was signed. Nothing more is signed until someone has looked."""


def signer() -> Signer:
    """Return the ledger's key, making it on the first call.

    Raises:
        LedgerBroken: the key is lost or unreadable, although the ledger was signed before.
    """
    path = _home() / "ledger.key"
    if not path.exists():
        with _locked():
            if not path.exists():
                _make_key(path)
    try:
        name, _, secret = path.read_text().strip().rpartition(" ")
        return Signer(name, bytes.fromhex(secret))
    except (OSError, ValueError) as error:
        raise LedgerBroken(f"The ledger's key cannot be read: {error}.") from error


def held_head() -> Head:
    """Return the last checkpoint that is kept outside the database.

    Raises:
        LedgerBroken: it is missing, or the ledger's key did not sign it.
    """
    key, path = signer().verifier, _home() / "ledger.head"
    try:
        return head_of(path.read_text(), key)
    except OSError as error:
        raise LedgerBroken(
            f"The last signed checkpoint is missing: {path} cannot be read.",
            remedy="Bring back ledger.head from where ledger.key came from, or from the newest copy of it.",
        ) from error
    except BadNote as error:
        raise LedgerBroken(f"The checkpoint in {path} does not hold: {error.reason}") from error


def sign_digest(*, label: str, digest: str) -> str:
    """Return a signed note about a hex SHA-256. ``label`` keeps it apart from checkpoints: it follows the origin."""
    key = signer()
    return key.sign(f"{key.name}/{label}\n{digest}\n")


def hold_head(note: str) -> None:
    """Keep a checkpoint outside the database, unless a longer one is there."""
    with _locked():
        if head_of(note, signer().verifier).size >= held_head().size:
            _write("ledger.head", note)


def _make_key(path: Path) -> None:
    head = _home() / "ledger.head"
    if head.exists() and head.read_text().split("\n")[1] != "0":
        raise LedgerBroken(
            f"The ledger's key is missing: {path} does not exist, although the ledger was signed before.",
            remedy="Bring back ledger.key from its safe copy.",
        )
    # A ledger is named after the address of its portal, and keeps the name that it was given first.
    origin = f"{urlsplit(settings.PUBLIC_URL).netloc}/ledger"
    made = Signer(origin, Ed25519PrivateKey.generate().private_bytes_raw())
    # The key comes last: whatever a crash before it leaves behind is made again.
    _write("ledger.pub", made.verifier.text + "\n")
    _write("ledger.head", made.sign(Head(origin, 0, EMPTY_ROOT).text))
    _write("ledger.key", f"{origin} {made.secret.hex()}\n", mode=0o600)


def _write(name: str, content: str, mode: int = 0o644) -> None:
    """Replace a file in one step, on disk before it has its name."""
    path = _home() / name
    temporary = path.with_name(f".{name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _home() -> Path:
    home = Path(settings.PORTAL_HOME)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


@contextmanager
def _locked() -> Iterator[None]:
    with (_home() / "ledger.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
