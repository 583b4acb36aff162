"""One record's own entries, up to a moment or a step."""

from datetime import datetime

from apps.audit.selectors import Entry, Filters, matching
from apps.audit.selectors.entries import decoded_entries
from apps.exports.selectors.ledger import Reader, scope_filters

STEPS = 2_000
"""No more of a record's steps are read than this, the newest."""


def record_as_at(
    user: Reader, kind: str, ident: str, *, at: datetime | None = None, before_step: int | None = None
) -> list[Entry]:
    """Return what the ledger held about a record at a moment, or before one of its steps, oldest first.

    Only what the person may read, and no more than the newest ``STEPS`` steps. Empty when that is nothing.
    """
    scope = scope_filters(user, Filters(object_type=kind, object_id=ident))
    if scope is None:
        return []
    rows = matching(scope)
    if at is not None:
        rows = rows.filter(at__lte=at)
    if before_step is not None:
        rows = rows.filter(object_seq__lt=before_step)
    return decoded_entries(rows.select_related("leaf").order_by("-object_seq")[:STEPS])[::-1]


def record_exists(kind: str, ident: str) -> bool:
    """Return whether the ledger knows a record, so that a refused look can be told from a wrong address."""
    return matching(Filters(object_type=kind, object_id=ident)).exists()
