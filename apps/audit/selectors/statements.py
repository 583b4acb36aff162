"""Statements that the ledger's key signed, outside the ledger."""

from dataclasses import replace

from apps.audit.rules.dsse import Opened, opened
from apps.audit.rules.notes import parse_verifier
from apps.audit.selectors.outside import history


def signed_statement(envelope: bytes, key_text: str | None = None) -> Opened:
    """Return what an envelope states, once the ledger's key signed it, or one that it had before.

    With ``key_text`` (as ``/api/v1/ledger/key`` gives it) no other key counts, and nothing of this host is asked.

    Raises:
        BadNote: ``key_text`` is not such a key.
        BadEnvelope: the envelope is not well formed, or was not signed by it.
        LedgerBroken: the history of the keys does not hold.
    """
    if key_text is not None:
        return opened(envelope, [parse_verifier(key_text)])
    keys = history()
    known = {key.verifier: key for key in keys.keys} if keys else {}
    found = opened(envelope, known)
    return replace(found, revoked=known[found.key].revoked is not None)
