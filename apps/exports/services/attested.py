"""The attestations that the entries of a bundle name by digest, one for each signature,
and one for each earlier signature that was kept for a new revision."""

import json
from collections.abc import Sequence
from typing import IO

from apps.approvals.models import BreakGlass, EarlierSignature, Signature

_MARK = b'"attestation":"'


class NamedAttestations:
    """Writes the envelopes in the order in which entries name them, as the verifier expects them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, entries: Sequence[bytes]) -> None:
        """Write the attestations that these entries name. What the portal no longer has is left out."""
        digests = [json.loads(entry)["data"].get("attestation") for entry in entries if _MARK in entry]
        named = [each for each in digests if each]
        held: dict[str, str] = {}
        for model in (Signature, EarlierSignature, BreakGlass):
            found = model._default_manager.filter(attestation_digest__in=named)
            held |= dict(found.values_list("attestation_digest", "attestation"))
        self._stream.write(b"".join(held[each].encode() + b"\n" for each in digests if each in held))
