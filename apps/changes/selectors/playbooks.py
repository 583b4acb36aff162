"""The playbooks that are pointed out at a change: of what it moves, and of the kinds of conflict that it is in."""

from collections.abc import Collection

from apps.accounts.models import User
from apps.calendar.enums import ConflictKind
from apps.calendar.selectors import conflicts_of
from apps.changes.models import Change, ChangeItem
from apps.playbooks.models import PlaybookVersion
from apps.playbooks.selectors import COMPONENT, place, playbooks_at

CONFLICT = "conflict"


def kinds_of_conflict(keys: Collection[str]) -> set[str]:
    """Return which of some texts are kinds of conflict."""
    return set(keys) & set(ConflictKind.values)


def playbooks_for_change(user: User, change: Change) -> list[PlaybookVersion]:
    """Return the playbooks for a change that the person sees; the number of queries does not grow."""
    keys = ChangeItem.objects.filter(change=change).values_list("component__key", flat=True)
    places = {place(COMPONENT, key) for key in keys}
    places |= {place(CONFLICT, found.kind) for found in conflicts_of(change.ref)}
    return playbooks_at(user, places)
