"""The sealer: it gives pending entries their leaves, extends the tree and signs a checkpoint.

One transaction a batch, one sealer at a time. A batch gets its leaves, tiles and checkpoint together, or
stays pending. The checkpoint goes to ``ledger.head`` after the commit: a crash in between leaves the database
ahead of that file, which the next run checks, accepts and makes good. The file ahead of the database means that an
older copy was restored.
"""

import logging
import time
from dataclasses import dataclass

from django.db import connection, transaction

from apps.audit.models import AuditPending, Checkpoint
from apps.audit.rules.history import KeyHistory
from apps.audit.rules.merkle import leaf_hash
from apps.audit.rules.notes import Head, Signer
from apps.audit.rules.tiles import Edge, Place
from apps.audit.rules.troubles import LedgerBroken
from apps.audit.selectors import latest_checkpoint
from apps.audit.selectors.anchors import anchor_trouble
from apps.audit.selectors.outside import held_head, history, outside
from apps.audit.selectors.trust import trusted_edge
from apps.audit.services import keeper, keyring
from apps.audit.services.plans import PLAN, settled_keys
from apps.core import clock

BATCH_ROWS = 2_000
_SEALER_LOCK = 0x5EA1
_SAY_AGAIN_SECONDS = 600
_LOOK_AGAIN_SECONDS = 60
_looked_at = float("-inf")
_said_at: dict[str, float] = {}
_log = logging.getLogger(__name__)

_BEGIN = f"SELECT {keeper.TAKE}, pg_advisory_xact_lock(%s)"
_TAKE = """
WITH batch AS (SELECT event_id FROM audit_pending ORDER BY event_id LIMIT %s),
     gone AS (DELETE FROM audit_pending p USING batch WHERE p.event_id = batch.event_id RETURNING p.event_id)
SELECT gone.event_id, e.entry, e.leaf_hash FROM gone LEFT JOIN audit_event e ON e.id = gone.event_id
ORDER BY gone.event_id
"""
_ADD_LEAVES = """
INSERT INTO audit_leaf (index, event_id)
SELECT %s + w.place - 1, w.event_id FROM unnest(%s::bigint[]) WITH ORDINALITY AS w(event_id, place)
"""
_PUT_TILES = """
INSERT INTO audit_tile (level, index, data) SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])
ON CONFLICT (level, index) DO UPDATE SET data = EXCLUDED.data
"""


@dataclass(frozen=True)
class _Taken:
    event_id: int
    leaf_hash: bytes


def seal_pending() -> Checkpoint | None:
    """Seal everything that is pending now. Return the newest checkpoint, or None when nothing was pending.

    What is written meanwhile may wait for the next call: else one that others keep writing to would never end. It
    must run outside a transaction. A second sealer waits for the first.

    Raises:
        LedgerBroken: an entry is not what was written, or the database does not extend what was last signed.
            Nothing is signed, and the entries stay pending.
    """
    newest, full = None, True
    try:
        _look_outside()
        while full:
            checkpoint, full = _seal_batch()
            newest = checkpoint or newest
    except LedgerBroken as broken:
        _say(f"{broken.reason} {broken.remedy}".strip())
        raise
    return newest


def ensure_sealed(*, event_id: int) -> bool:
    """Seal an entry in this process if it still waits, and tell whether it is sealed. No worker and no Redis is asked.

    A host that does not hold the ledger's key leaves the entry to the sealer. It must run outside a transaction.

    Raises:
        LedgerBroken: the ledger is not what was signed.
    """
    waiting = AuditPending.objects.filter(event_id=event_id)
    if not waiting.exists():
        return True
    if not outside("ledger.key").exists():
        return False
    seal_pending()
    return True


def _look_outside() -> None:
    """Compare with the anchors when the process starts and then now and then.

    A whole host that was set back to an older state takes the head back with the database; the anchors stay.
    """
    global _looked_at
    now = time.monotonic()
    # A change of keys that a crash left half done is settled first: the old keys' anchors may be what it left behind.
    if now - _looked_at < _LOOK_AGAIN_SECONDS or outside(PLAN).exists():
        return
    keys = history()
    trouble = anchor_trouble(keys) if keys is not None else None
    if trouble is not None:
        raise trouble
    _looked_at = now


def _say(trouble: str) -> None:
    """Log a trouble, but not each second for as long as it lasts."""
    now = time.monotonic()
    if now - _said_at.get(trouble, -_SAY_AGAIN_SECONDS) >= _SAY_AGAIN_SECONDS:
        _said_at[trouble] = now
        _log.critical("The ledger refuses to sign: %s", trouble)


def _seal_batch() -> tuple[Checkpoint | None, bool]:
    """Seal one batch. Return its checkpoint, if anything was pending, and whether more may have been."""
    with transaction.atomic(durable=True):
        lock_sealer(role=keeper.role())
        key, keys = settled_keys()
        edge = trusted_edge(keys)
        taken = _take_batch()
        if not taken:
            make_good(keys, edge.size)
            return None, False
        _add_leaves(edge.size, taken)
        _put_tiles(edge.extend([item.leaf_hash for item in taken]))
        checkpoint = _sign(edge, key)
    keyring.hold_head(checkpoint.note)
    return checkpoint, len(taken) == BATCH_ROWS


def lock_sealer(*, role: str = "none") -> None:
    """Wait until no other sealer works, and keep others out until the transaction ends; be ``role`` for as long."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [role, _SEALER_LOCK])


def make_good(keys: KeyHistory, size: int) -> None:
    """Bring the head outside up to a checkpoint that a crash kept from it."""
    if held_head(keys).size < size:
        newest = latest_checkpoint()
        assert newest is not None
        keyring.hold_head(newest.note)


def _take_batch() -> list[_Taken]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [BATCH_ROWS])
        rows = cursor.fetchall()
    return [_checked(*row) for row in rows]


def _checked(event_id: int, entry: bytes | None, stored_hash: bytes | None) -> _Taken:
    if entry is None or stored_hash is None:
        raise LedgerBroken(f"Entry {event_id} waits for its seal, but it is gone.")
    computed = leaf_hash(bytes(entry))
    if computed != bytes(stored_hash):
        raise LedgerBroken(f"Entry {event_id} is not what was written: its bytes do not give its hash.")
    return _Taken(event_id, computed)


def _add_leaves(size: int, taken: list[_Taken]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD_LEAVES, [size, [item.event_id for item in taken]])


def _put_tiles(tiles: dict[Place, bytes]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _PUT_TILES, [[level for level, _ in tiles], [index for _, index in tiles], list(tiles.values())]
        )


def _sign(edge: Edge, key: Signer) -> Checkpoint:
    head = Head(key.name, edge.size, edge.root())
    return Checkpoint.objects.create(
        size=head.size,
        root=head.root,
        origin=head.origin,
        note=key.sign(head.text),
        key_id=key.verifier.key_id.hex(),
        created_at=clock.now(),
    )
