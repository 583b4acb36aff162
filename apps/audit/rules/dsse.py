"""Signed statements as DSSE 1.0 writes them (github.com/secure-systems-lab/dsse): an envelope around any payload."""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from apps.audit.rules.notes import Signer, Verifier
from apps.core.canonical import canonical_bytes
from apps.core.errors import PortalError

IN_TOTO = "application/vnd.in-toto+json"
LONGEST = 1_000_000
"""Bytes of an envelope."""


class BadEnvelope(PortalError):
    """An envelope is not well formed, or none of the expected keys signed it."""


@dataclass(frozen=True)
class Opened:
    """What an envelope states, the key that signed it, and whether that key was revoked since."""

    statement: dict[str, Any]
    key: Verifier
    revoked: bool = False


def signed_bytes(kind: str, payload: bytes) -> bytes:
    """Return what is signed: the pre-authentication encoding (PAE) of a payload and its type."""
    name = kind.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def envelope(*, kind: str, payload: bytes, signer: Signer) -> bytes:
    """Return the envelope as RFC 8785 JSON on one line. ``keyid`` is the id by which signed notes name the key."""
    signature = signer.sign_bytes(signed_bytes(kind, payload))
    return canonical_bytes(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": kind,
            "signatures": [
                {"keyid": signer.verifier.key_id.hex(), "sig": base64.b64encode(signature).decode()}
            ],
        }
    )


def opened(text: bytes, keys: Iterable[Verifier]) -> Opened:
    """Return what an envelope of an in-toto statement says, once one of these keys signed it.

    Raises:
        BadEnvelope: it is not such an envelope, names a key that is none of these, or was changed since.
    """
    try:
        given = json.loads(text[:LONGEST])
        kind, (signature,) = given["payloadType"], given["signatures"]
        payload = base64.b64decode(given["payload"], validate=True)
        signed = base64.b64decode(signature["sig"], validate=True)
        named = str(signature["keyid"])
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise BadEnvelope("This is not an envelope with one signature (DSSE).") from None
    if kind != IN_TOTO:
        raise BadEnvelope("This envelope holds something other than an in-toto statement.")
    key = next((each for each in keys if each.key_id.hex() == named), None)
    if key is None:
        raise BadEnvelope("It is signed by a key that is not the expected one.")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed, signed_bytes(kind, payload))
        statement = json.loads(payload)
    except (InvalidSignature, ValueError, RecursionError):
        raise BadEnvelope("It is not what the key signed: it was changed since.") from None
    if not isinstance(statement, dict):
        raise BadEnvelope("This envelope holds something other than an in-toto statement.")
    return Opened(statement, key)
