"""Which entries are asked for, as conditions on the ledger's rows."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from apps.audit.models import AuditEvent


@dataclass(frozen=True)
class Word:
    """A word to find: in a private text beside the entry, or because one of ``names`` or ``often`` holds.

    Each of ``names`` is a condition on entries that an index answers: an event, an actor, some records. ``often`` is
    one that holds for many entries and can be asked of each alone.
    """

    text: str
    names: tuple[Q, ...] = ()
    often: Q = field(default_factory=Q)


@dataclass(frozen=True)
class Filters:
    """Which entries: each part that is set must hold.

    The period is half-open: ``start <= at < end``. ``events`` and ``actors`` list what may match; an event
    that ends with a dot stands for all that begin so, and an actor that ends with a colon for its kind.

    ``component`` (a key), ``change`` (``CHG-1042``) and ``text`` are what a person asks for. What belongs to
    a component or a change, and what a word may name, is known a few floors up: take them through
    ``exports.selectors.scope_filters``, which turns them into ``only`` and ``words``.
    """

    start: datetime | None = None
    end: datetime | None = None
    object_type: str = ""
    object_id: str = ""
    events: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    component: str = ""
    change: str = ""
    text: str = ""
    hidden: Q = field(default_factory=Q)
    """What the reader may not see, as a condition on entries."""
    only: Q = field(default_factory=Q)
    """What the entries must be about, as a condition on entries."""
    words: tuple[Word, ...] = ()
    """All of these must be found."""

    @property
    def is_open(self) -> bool:
        """Return whether a part is still to be turned into a condition."""
        return bool(self.component or self.change or self.text)


def matching(filters: Filters) -> QuerySet[AuditEvent]:
    """Return the entries that the filters let through, in no order.

    Raises:
        ValueError: the filters name a component, a change or a text that nobody turned into a condition.
    """
    rows = AuditEvent.objects.filter(condition(filters))
    for word in filters.words:
        rows = rows.filter(says(word))
    return rows


def condition(filters: Filters) -> Q:
    """Return all but the words as a condition on entries."""
    if filters.is_open:
        raise ValueError("Take these filters through exports.selectors.scope_filters first.")
    found = Q()
    if filters.start is not None:
        found &= Q(at__gte=filters.start)
    if filters.end is not None:
        found &= Q(at__lt=filters.end)
    if filters.object_type:
        found &= Q(object_type=filters.object_type)
    if filters.object_id:
        found &= Q(object_id=filters.object_id)
    if filters.only:
        found &= filters.only
    if filters.hidden:
        found &= ~filters.hidden
    found &= any_of("event", filters.events, ".")
    return found & any_of("actor_key", filters.actors, ":")


def any_of(column: str, wanted: tuple[str, ...], prefix_mark: str) -> Q:
    """Return the condition that a column holds one of these, or begins with one that ends in the mark."""
    found = Q()
    for value in wanted:
        how = "startswith" if value.endswith(prefix_mark) else "exact"
        found |= Q(**{f"{column}__{how}": value})
    return found


# The query that a word stands for: its parts in a row, the last one as the beginning of a word when it is long
# enough to mean something. Only marks and no letters give no query, which nothing matches.
AS_QUERY = "(nullif(phraseto_tsquery('simple', %s)::text, '') || %s)::tsquery"
_PREFIX_LETTERS = 3

# An aggregate over the few texts of one entry: the planner can neither turn it round into a look at every text
# that matches, nor keep them all in memory.
_IN_TEXTS = (
    "(SELECT bool_or(words @@ " + AS_QUERY + ") FROM audit_text WHERE audit_text.event_id = audit_event.id)"
)


def query_of(word: str) -> list[str]:
    """Return what ``AS_QUERY`` takes."""
    return [word, ":*" if len(word) >= _PREFIX_LETTERS else ""]


def says(word: Word) -> Q:
    """Return the condition that an entry is found by a word."""
    found = Q()
    # The cheapest first: they are tried in this order.
    for name in word.names:
        found |= name
    return found | word.often | Q(RawSQL(_IN_TEXTS, query_of(word.text), output_field=BooleanField()))
