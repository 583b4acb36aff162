"""What happened to a change, as the ledger has it."""

from itertools import zip_longest

from apps.accounts.models import User
from apps.audit.selectors import Entry, entries_for
from apps.changes.models import Change
from apps.changes.selectors.visible import is_revised_by_other


def timeline_of(user: User, change: Change) -> list[Entry]:
    """Return every entry of a change that a person may see, newest first; a constant number of queries.

    Edits that follow each other by the same person on the same draft count as one, the latest. While another person
    revises it, its edits are left out.
    """
    entries = entries_for("change", change.ref)
    if is_revised_by_other(change, user):
        entries = [entry for entry in entries if not _is_edit(entry)]
    kept = [
        entry
        for entry, after in zip_longest(entries, entries[1:])
        if not (after and _is_edit(entry) and _is_edit(after) and _actor(entry) == _actor(after))
    ]
    return kept[::-1]


def _is_edit(entry: Entry) -> bool:
    return entry.event.event == "change.edited"


def _actor(entry: Entry) -> str:
    return entry.event.actor_key
