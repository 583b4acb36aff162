"""Signed statements as DSSE 1.0 writes them (github.com/secure-systems-lab/dsse): an envelope around any payload."""

import base64

from apps.audit.rules.notes import Signer
from apps.core.canonical import canonical_bytes


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
