"""Whether the database still holds the tree that was signed."""

from apps.audit.models import Checkpoint
from apps.audit.rules.history import KeyHistory
from apps.audit.rules.merkle import EMPTY_ROOT
from apps.audit.rules.notes import BadNote, Head
from apps.audit.rules.tiles import Edge
from apps.audit.rules.troubles import LedgerBroken, rolled_back
from apps.audit.selectors.anchors import anchor_trouble
from apps.audit.selectors.outside import held_head, history, key_lost, outside
from apps.audit.selectors.sealed import latest_checkpoint
from apps.audit.selectors.tree import edge_at


def ledger_trouble() -> LedgerBroken | None:
    """Return why the ledger is not what was signed or left outside, as far as this host can tell; None if it is.

    It asks a few short questions. A host without the ledger's files cannot tell.
    """
    try:
        keys = history()
        if keys is None:
            return None
        if outside("ledger.keys").exists() and not outside("ledger.key").exists():
            return key_lost()
        trusted_edge(keys)
    except LedgerBroken as broken:
        return broken
    return anchor_trouble(keys)


def trusted_edge(keys: KeyHistory) -> Edge:
    """Return the tree's edge, once the database agrees with its own signature and with the head outside.

    Raises:
        RolledBack: the head outside is ahead of the database.
        HeadLost: there is no head outside.
        LedgerBroken: the two contradict each other, or a signature does not hold.
    """
    held, newest = held_head(keys), latest_checkpoint()
    size = newest.size if newest is not None else 0
    if held.size > size:
        raise rolled_back(held.size, size)
    last = _signed_head(keys, newest, held)
    edge = signed_edge(last)
    held_root = edge_at(held.size).root() if held.size < last.size else last.root
    if held_root != held.root:
        raise LedgerBroken(f"The database does not extend the ledger as signed at {held.size:,} entries.")
    return edge


def signed_edge(head: Head) -> Edge:
    """Return the stored tree's edge at a signed head.

    Raises:
        LedgerBroken: the tree does not give the root that was signed.
    """
    edge = edge_at(head.size)
    if edge.root() != head.root:
        raise LedgerBroken(f"The stored tree does not give the root signed for {head.size:,} entries.")
    return edge


def _signed_head(keys: KeyHistory, newest: Checkpoint | None, held: Head) -> Head:
    if newest is None:
        return Head(keys.newest.name, 0, EMPTY_ROOT)
    try:
        head = keys.signed_head(newest.note)
        # The head of a new epoch vouches for a head whose key is revoked since.
        if (head.size, head.root) != (held.size, held.root):
            keys.check_present(newest.note)
        return head
    except BadNote as error:
        raise LedgerBroken(
            f"The newest checkpoint in the database does not hold: {error.reason}",
            remedy="Bring back ledger.key, ledger.keys and ledger.head, which belong to this database.",
        ) from error
