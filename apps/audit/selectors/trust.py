"""Whether the database still holds the tree that was signed."""

from apps.audit.rules.history import KeyHistory
from apps.audit.rules.merkle import EMPTY_ROOT
from apps.audit.rules.notes import BadNote, Head
from apps.audit.rules.tiles import Edge
from apps.audit.rules.troubles import LedgerBroken, RolledBack
from apps.audit.selectors.outside import held_head
from apps.audit.selectors.sealed import latest_checkpoint
from apps.audit.selectors.tree import edge_at


def trusted_edge(keys: KeyHistory) -> Edge:
    """Return the tree's edge, once the database agrees with its own signature and with the head outside.

    Raises:
        RolledBack: the head outside is ahead of the database.
        HeadLost: there is no head outside.
        LedgerBroken: the two contradict each other, or a signature does not hold.
    """
    held, last = held_head(keys), signed_head(keys)
    if held.size > last.size:
        raise RolledBack(
            f"The ledger was signed up to {held.size:,} entries, but the database holds {last.size:,}. "
            "An older copy was restored.",
            remedy="Restore the newest database. If it is lost, have the loss examined, "
            "then go on with manage.py begin_ledger_epoch.",
        )
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


def signed_head(keys: KeyHistory) -> Head:
    """Return the newest checkpoint in the database, once its signature holds.

    Raises:
        LedgerBroken: it does not.
    """
    last = latest_checkpoint()
    if last is None:
        return Head(keys.newest.name, 0, EMPTY_ROOT)
    try:
        return keys.head_of(last.note)
    except BadNote as error:
        raise LedgerBroken(
            f"The newest checkpoint in the database does not hold: {error.reason}",
            remedy="Bring back ledger.key, ledger.keys and ledger.head, which belong to this database.",
        ) from error
