"""What the ledger says of a signature, as it is given and as it is taken back."""

from typing import Any

from apps.approvals.models import Requirement, Signature
from apps.core import clock


def recorded(asked: Requirement, signature: Signature) -> dict[str, Any]:
    """Return the facts of a signature on a requirement, the state of its round among them."""
    return {
        "requirement": asked.pk,
        "role": asked.role,
        "component": asked.component_key,
        "revision": asked.round.revision,
        "digest": signature.digest,
        "meaning": signature.meaning,
        "auth_method": signature.auth_method,
        "authenticated": clock.iso(signature.authenticated_at or signature.signed_at),
        "nonce": signature.nonce,
        "attestation": signature.attestation_digest,
        "round": asked.round.state,
    }
