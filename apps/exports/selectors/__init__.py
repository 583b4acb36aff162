"""What a person may read of the ledger and of its exports."""

from apps.exports.selectors.as_at import STEPS, record_as_at, record_exists
from apps.exports.selectors.cards import card_head, card_said, said_in_files
from apps.exports.selectors.jobs import export_exists, export_for, exports_visible_to, file_of, may_cancel
from apps.exports.selectors.ledger import (
    GUARDED_TYPES,
    OVERSEERS,
    Access,
    Reader,
    access_of,
    entry_exists,
    ledger_count_for,
    ledger_entries_for,
    ledger_entry_for,
    may_export,
    may_read_ledger,
    oversees,
    refusals_since,
    scope_filters,
)

__all__ = [
    "GUARDED_TYPES",
    "OVERSEERS",
    "STEPS",
    "Access",
    "Reader",
    "access_of",
    "card_head",
    "card_said",
    "said_in_files",
    "entry_exists",
    "export_exists",
    "export_for",
    "exports_visible_to",
    "file_of",
    "ledger_count_for",
    "ledger_entries_for",
    "ledger_entry_for",
    "may_cancel",
    "may_export",
    "may_read_ledger",
    "oversees",
    "record_as_at",
    "record_exists",
    "refusals_since",
    "scope_filters",
]
