"""Writing the ledger.

- ``record_event``: one entry, inside the caller's transaction.
- ``record_denial``: an entry about a refusal, in a transaction of its own.
- ``seal_pending``: give every pending entry its leaf and sign a checkpoint.
- ``sign_digest``: sign a statement about a file with the ledger's key.
"""

from apps.audit.services.keyring import LedgerBroken, sign_digest
from apps.audit.services.recording import record_denial, record_event
from apps.audit.services.sealing import seal_pending

__all__ = ["LedgerBroken", "record_denial", "record_event", "seal_pending", "sign_digest"]
