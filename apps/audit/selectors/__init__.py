"""Reading the ledger.

These selectors do not ask who reads: this floor knows no roles. A page takes
``exports.selectors.ledger_entries_for``, which does. Lower floors use these for an object that the person may
already see.
"""

from apps.audit.selectors.anchors import Level, anchors, ledger_level
from apps.audit.selectors.entries import Entry, Page, decoded_entry, entries, entries_for, entries_named
from apps.audit.selectors.filters import Filters, Word, matching
from apps.audit.selectors.outside import key_history, public_key_text
from apps.audit.selectors.sealed import EntryProof, latest_checkpoint, oldest_pending_at, proof_of
from apps.audit.selectors.statements import signed_statement
from apps.audit.selectors.trust import ledger_trouble

__all__ = [
    "Entry",
    "EntryProof",
    "Filters",
    "Level",
    "Page",
    "Word",
    "anchors",
    "decoded_entry",
    "entries",
    "entries_for",
    "entries_named",
    "key_history",
    "latest_checkpoint",
    "ledger_level",
    "ledger_trouble",
    "matching",
    "oldest_pending_at",
    "proof_of",
    "public_key_text",
    "signed_statement",
]
