"""Entries of the ledger, newest first, page by page."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.audit.models import AuditEvent, AuditText
from apps.audit.rules import entries as form
from apps.audit.rules.tombstones import RETIRED

Cursor = tuple[datetime, int]
"""Time and id of an entry at the edge of a page: the next page starts beyond it."""


@dataclass(frozen=True)
class Filters:
    """Which entries: each part that is set must hold.

    The period is half-open: ``start <= at < end``. ``events`` and ``actors`` list what may match; an event
    that ends with a dot stands for all that begin so, and an actor that ends with a colon for its kind.
    """

    start: datetime | None = None
    end: datetime | None = None
    object_type: str = ""
    object_id: str = ""
    events: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    hidden: Q = field(default_factory=Q)
    """What the reader may not see, as a condition on entries."""


@dataclass(frozen=True)
class Entry:
    """One entry for a person to read. ``leaf`` is None while it waits for its seal."""

    event: AuditEvent
    leaf: int | None
    data: dict[str, Any]
    private: dict[str, str | None] = field(default_factory=dict)
    """Private texts by name; None where the text has been erased."""

    @property
    def number(self) -> int:
        """Return the number by which pages name the entry."""
        return self.event.pk

    @property
    def retired(self) -> bool:
        """Return whether its content is gone: its place and hash stand, and a signed statement says why."""
        return self.event.event == RETIRED


@dataclass(frozen=True)
class Page:
    """Some entries, newest first. Older ones come ``after``, newer ones ``before``; None where there are none."""

    entries: list[Entry]
    after: Cursor | None
    before: Cursor | None = None


def entries(
    filters: Filters, *, after: Cursor | None = None, before: Cursor | None = None, limit: int = 50
) -> Page:
    """Return a page of entries with their leaves and private texts, in two queries.

    It starts at the newest, or holds what is next older than ``after``, or next newer than ``before``.
    """
    rows = AuditEvent.objects.filter(_condition(filters)).select_related("leaf")
    if before is not None:
        at, pk = before
        rows = rows.filter(at__gte=at).filter(Q(at__gt=at) | Q(id__gt=pk)).order_by("at", "id")
    elif after is not None:
        at, pk = after
        rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(id__lt=pk)).order_by("-at", "-id")
    else:
        rows = rows.order_by("-at", "-id")
    found = list(rows[: limit + 1])
    shown, more = found[:limit], len(found) > limit
    if before is not None:
        shown.reverse()
    older, newer = (True, more) if before is not None else (more, after is not None)
    first, last = (_cursor(shown[0]), _cursor(shown[-1])) if shown else (None, None)
    return Page(_decoded(shown), last if older else None, first if newer else None)


def entries_for(object_type: str, object_id: str) -> list[Entry]:
    """Return every entry about one object, oldest first, with leaves and private texts, in two queries."""
    rows = AuditEvent.objects.filter(object_type=object_type, object_id=object_id).order_by("object_seq")
    return _decoded(list(rows.select_related("leaf")))


def decoded_entry(event: AuditEvent) -> Entry:
    """Return one entry for a person to read."""
    return _decoded([event])[0]


def matching(filters: Filters) -> QuerySet[AuditEvent]:
    """Return the entries that the filters let through, in no order."""
    return AuditEvent.objects.filter(_condition(filters))


def count_up_to(filters: Filters, cap: int) -> int:
    """Return how many entries match, counting no further than ``cap``."""
    return matching(filters).order_by()[:cap].count()


def _cursor(row: AuditEvent) -> Cursor:
    return row.at, row.pk


def _condition(filters: Filters) -> Q:
    condition = Q()
    if filters.start is not None:
        condition &= Q(at__gte=filters.start)
    if filters.end is not None:
        condition &= Q(at__lt=filters.end)
    if filters.object_type:
        condition &= Q(object_type=filters.object_type)
    if filters.object_id:
        condition &= Q(object_id=filters.object_id)
    if filters.hidden:
        condition &= ~filters.hidden
    condition &= _any_of("event", filters.events, ".")
    return condition & _any_of("actor_key", filters.actors, ":")


def _any_of(column: str, wanted: tuple[str, ...], prefix_mark: str) -> Q:
    condition = Q()
    for value in wanted:
        how = "startswith" if value.endswith(prefix_mark) else "exact"
        condition |= Q(**{f"{column}__{how}": value})
    return condition


def _decoded(rows: list[AuditEvent]) -> list[Entry]:
    texts: dict[int, dict[str, str]] = {}
    for text in AuditText.objects.filter(event__in=[row.pk for row in rows]):
        texts.setdefault(text.event_id, {})[text.name] = text.text
    return [_entry(row, texts.get(row.pk, {})) for row in rows]


def _entry(row: AuditEvent, texts: dict[str, str]) -> Entry:
    content = form.decoded(bytes(row.entry)) if row.entry else {"data": {}, "private": {}}
    leaf = getattr(row, "leaf", None)
    return Entry(
        event=row,
        leaf=leaf.index if leaf is not None else None,
        data=content["data"],
        private={name: texts.get(name) for name in content["private"]},
    )
