"""Signed notes and checkpoints, as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

A note is text that ends with a newline, an empty line, and signature lines
``— <key name> <base64(key id, 4 bytes, then the Ed25519 signature)>``.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from apps.core.errors import PortalError

_ED25519 = b"\x01"
_DASH = "\u2014 "


class BadNote(PortalError):
    """A note is not well formed, or the expected key did not sign it."""


@dataclass(frozen=True)
class Verifier:
    """A public key with its name. Its text is ``name+keyid+base64(0x01, key)``."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which a signature line names the key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """Return the key as one line that people can pass on."""
        return f"{self.name}+{self.key_id.hex()}+{_b64(_ED25519 + self.public)}"


@dataclass(frozen=True)
class Signer:
    """A private key (32 bytes) with its name."""

    name: str
    secret: bytes

    @property
    def verifier(self) -> Verifier:
        """Return the public half."""
        key = Ed25519PrivateKey.from_private_bytes(self.secret)
        return Verifier(self.name, key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the note: the text, which must end with a newline, and the signature."""
        signature = self.sign_bytes(text.encode())
        return f"{text}\n{_DASH}{self.name} {_b64(self.verifier.key_id + signature)}\n"

    def sign_bytes(self, data: bytes) -> bytes:
        """Return the bare signature (64 bytes) over some bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(data)


@dataclass(frozen=True)
class Head:
    """What a checkpoint says: which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"


def opened(note: str, verifier: Verifier) -> str:
    """Return the text of a note that the key signed.

    Raises:
        BadNote: no signature by this key, or a wrong one.
    """
    text, signatures = _parted(note)
    for name, blob in signatures:
        if name == verifier.name and blob[:4] == verifier.key_id:
            try:
                Ed25519PublicKey.from_public_bytes(verifier.public).verify(blob[4:], text.encode())
            except InvalidSignature as error:
                raise BadNote(f"The signature of {name} does not fit the note.") from error
            return text
    raise BadNote(f"The note is not signed by {verifier.name}.")


def names_signer(note: str, verifier: Verifier) -> bool:
    """Tell whether a note says that this key signed it. Whether it did is for ``opened`` to say.

    Raises:
        BadNote: the note is not well formed.
    """
    _, signatures = _parted(note)
    return any(name == verifier.name and blob[:4] == verifier.key_id for name, blob in signatures)


def head_of(note: str, verifier: Verifier) -> Head:
    """Return what a checkpoint says, once its signature holds.

    Raises:
        BadNote: the signature does not hold, or the text is not a checkpoint.
    """
    lines = opened(note, verifier).split("\n")
    if len(lines) != 4 or not lines[1].isascii() or not lines[1].isdigit():
        raise BadNote("The note is not a checkpoint.")
    head = Head(lines[0], int(lines[1]), _unb64(lines[2]))
    if head.text != "\n".join(lines) or len(head.root) != 32:
        raise BadNote("The note is not a checkpoint.")
    return head


def parse_verifier(text: str) -> Verifier:
    """Return the key that a line ``name+keyid+base64`` holds.

    Raises:
        BadNote: the line is not such a key, or its id does not fit.
    """
    parts = text.strip().split("+", 2)
    blob = _unb64(parts[2]) if len(parts) == 3 else b""
    if len(blob) != 33 or blob[:1] != _ED25519:
        raise BadNote("This is not a ledger key.")
    verifier = Verifier(parts[0], blob[1:])
    if verifier.key_id.hex() != parts[1]:
        raise BadNote("The ledger key's id does not fit the key.")
    return verifier


def _parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return a note's text, and of each signature line the key's name and the bytes."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("The note has no signature.")
    signatures = []
    for line in lines[:-1].split("\n"):
        if not line.startswith(_DASH):
            raise BadNote("The note has a signature that is not well formed.")
        name, _, encoded = line.removeprefix(_DASH).rpartition(" ")
        signatures.append((name, _unb64(encoded)))
    return text + "\n", signatures


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("The note holds text that is not base64.") from error
    # Python ignores the spare bits of the last character; two texts for one signature must not pass.
    if _b64(data) != text:
        raise BadNote("The note holds base64 that is not in its one proper form.")
    return data
