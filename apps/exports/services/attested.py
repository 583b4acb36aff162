"""The attestations that the entries of a bundle name by digest: one for each signature, one for each
earlier signature that was kept for a new revision, and one for each pass of the gate."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import IO, Any

from apps.approvals.models import BreakGlass, EarlierSignature, Signature
from apps.gates.models import GateDecision

_MARK = b'"attestation":"'


class NamedAttestations:
    """Writes the envelopes in the order in which entries name them, as the verifier expects them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, entries: Sequence[bytes]) -> None:
        """Write the attestations that these entries name. What the portal no longer has is left out."""
        naming = [json.loads(entry)["data"] for entry in entries if _MARK in entry]
        digests = [each["attestation"] for each in naming if each.get("attestation")]
        held = _passes(naming)
        for model in (Signature, EarlierSignature, BreakGlass):
            found = model._default_manager.filter(attestation_digest__in=digests)
            held |= dict(found.values_list("attestation_digest", "attestation"))
        self._stream.write(b"".join(held[each].encode() + b"\n" for each in digests if each in held))


def _passes(naming: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the attestations of the answers that these entries name by their reference, by digest."""
    numbers = [int(each["decision"].removeprefix("GATE-")) for each in naming if each.get("answer") == "pass"]
    kept = GateDecision.objects.filter(pk__in=numbers).values_list("attestation", flat=True)
    return {sha256(each.encode()).hexdigest(): each for each in kept}
