"""Writing the ledger.

- ``record_event``: one entry, inside the caller's transaction.
- ``on_recorded``: be told, after the commit, that something of a kind was recorded.
- ``record_denial``: an entry about a refusal, in a transaction of its own.
- ``seal_pending``: give every pending entry its leaf and sign a checkpoint.
- ``ensure_sealed``: the same, only if one entry still waits.
- ``anchor_checkpoint``: leave the newest checkpoint outside the portal.
- ``begin_ledger_epoch``: go on after an older database was restored, and say what is lost.
- ``rotate_ledger_key``: sign with a new key from now on. ``revoke_ledger_key``: let an old one no longer count.
- ``erase_texts``: erase the texts beside some entries; their digests stay.
- ``retire_leaves``: put tombstones in place of old entries; their hashes stay.
- ``sign_digest``: sign a statement about a file with the ledger's key.
- ``sign_statement``: sign a statement that stands by itself (DSSE) with the ledger's key.
"""

from apps.audit.rules.troubles import LedgerBroken
from apps.audit.services.anchoring import anchor_checkpoint
from apps.audit.services.epochs import begin_ledger_epoch
from apps.audit.services.keyring import sign_digest, sign_statement
from apps.audit.services.listeners import on_recorded
from apps.audit.services.recording import record_denial, record_event
from apps.audit.services.retiring import erase_texts, retire_leaves
from apps.audit.services.rotation import revoke_ledger_key, rotate_ledger_key
from apps.audit.services.sealing import ensure_sealed, seal_pending

__all__ = [
    "LedgerBroken",
    "anchor_checkpoint",
    "begin_ledger_epoch",
    "ensure_sealed",
    "on_recorded",
    "record_denial",
    "record_event",
    "revoke_ledger_key",
    "rotate_ledger_key",
    "erase_texts",
    "retire_leaves",
    "seal_pending",
    "sign_digest",
    "sign_statement",
]
