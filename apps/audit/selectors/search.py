"""Finding entries by words, newest first, in a time that does not grow with the ledger.

The newest entries are looked at one by one, because common words fill a page from them. When they do not, what the
rarest word finds is read from the indexes and put in order. Only words that are each common, but seldom or never stand
together or lately, make the walk go on: it stops after ``WALK_ROWS`` entries and says how far it came.
"""

from dataclasses import replace

from django.db import connection
from django.db.models import Q

from apps.audit.models import AuditEvent
from apps.audit.selectors.filters import AS_QUERY, Filters, Word, query_of

RARE = 2_000
"""A word is rare when no index gives more entries for it than this."""
FIRST_ROWS = 2_000
WALK_ROWS = 10_000

_TEXTS = f"SELECT event_id FROM audit_text WHERE words @@ {AS_QUERY} LIMIT %s"


def narrowed_by_rarest(filters: Filters) -> Filters | None:
    """Return the same filters with the rarest word as a list of entries, or None when every word is common."""
    best: tuple[Word, set[int]] | None = None
    for word in filters.words:
        found = _entries_of(word)
        if found is not None and (best is None or len(found) < len(best[1])):
            best = word, found
            if not found:
                break
    if best is None:
        return None
    others = tuple(word for word in filters.words if word is not best[0])
    return replace(filters, only=filters.only & Q(pk__in=sorted(best[1])), words=others)


def _entries_of(word: Word) -> set[int] | None:
    """Return all entries that a word finds, or None when it is common."""
    if word.often:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [*query_of(word.text), RARE + 1])
        found = {row[0] for row in cursor.fetchall()}
    for name in word.names:
        if len(found) > RARE:
            return None
        found.update(AuditEvent.objects.filter(name).order_by().values_list("pk", flat=True)[: RARE + 1])
    return found if len(found) <= RARE else None
