"""Entries of the ledger, newest first, page by page."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.audit.models import AuditEvent, AuditText
from apps.audit.rules import entries as form
from apps.audit.rules.tombstones import RETIRED
from apps.audit.selectors import search
from apps.audit.selectors.filters import Filters, condition, matching

Cursor = tuple[datetime, int]
"""Time and id of an entry at the edge of a page: the next page starts beyond it."""


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
    """Some entries, newest first. Older ones come ``after``, newer ones ``before``; None where there are none.

    ``reached`` is set when a search stopped before the page was full: it looked no further than there.
    """

    entries: list[Entry]
    after: Cursor | None
    before: Cursor | None = None
    reached: datetime | None = None


def entries(
    filters: Filters, *, after: Cursor | None = None, before: Cursor | None = None, limit: int = 50
) -> Page:
    """Return a page of entries with their leaves and private texts, in a constant number of queries.

    It starts at the newest, or holds what is next older than ``after``, or next newer than ``before``.
    """
    rows = None
    if filters.words:
        rows = _walk(filters, after, before, limit, search.FIRST_ROWS)
        if len(rows.found) <= limit and rows.edge is not None:
            known = search.narrowed_by_rarest(filters)
            rows = None if known else _walk(filters, after, before, limit, search.WALK_ROWS)
            filters = known or filters
    if rows is None:
        found = _beyond(matching(filters), after, before).select_related("leaf")
        rows = _Rows(list(found[: limit + 1]), None)
    return _page(rows, after, before, limit)


@dataclass(frozen=True)
class _Rows:
    """At most one row more than a page takes. ``edge`` is the last entry that was looked at, if more lie beyond."""

    found: list[AuditEvent]
    edge: Cursor | None


def _walk(filters: Filters, after: Cursor | None, before: Cursor | None, limit: int, far: int) -> _Rows:
    """Look at ``far`` entries at most, in order, for one that has all the words."""
    rows = _beyond(AuditEvent.objects.filter(condition(filters)), after, before)
    edge = rows.values_list("at", "id")[far - 1 : far].first()
    rows = _beyond(matching(filters), after, before).select_related("leaf")
    if edge is not None:
        rows = rows.filter(_up_to(edge, newer=before is not None))
    return _Rows(list(rows[: limit + 1]), edge)


def _page(rows: _Rows, after: Cursor | None, before: Cursor | None, limit: int) -> Page:
    shown, more = rows.found[:limit], len(rows.found) > limit
    if before is not None:
        shown.reverse()
    stopped = None if more else rows.edge
    first, last = (_cursor(shown[0]), _cursor(shown[-1])) if shown else _back(after, before)
    if before is not None:
        newer, older = (stopped or (first if more else None)), last
    else:
        newer, older = (first if after else None), (stopped or (last if more else None))
    return Page(_decoded(shown), older, newer, stopped[0] if stopped else None)


def _back(after: Cursor | None, before: Cursor | None) -> tuple[Cursor | None, Cursor | None]:
    """Return where an empty page leads back to: the entry that it began beyond belongs to what lies there."""
    return (after[0], after[1] - 1) if after else None, (before[0], before[1] + 1) if before else None


def _beyond(rows: QuerySet[AuditEvent], after: Cursor | None, before: Cursor | None) -> QuerySet[AuditEvent]:
    """Return rows in the order in which a page takes them, beginning where it begins."""
    if before is not None:
        at, pk = before
        return rows.filter(at__gte=at).filter(Q(at__gt=at) | Q(id__gt=pk)).order_by("at", "id")
    if after is not None:
        at, pk = after
        rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(id__lt=pk))
    return rows.order_by("-at", "-id")


def _up_to(edge: Cursor, *, newer: bool) -> Q:
    at, pk = edge
    if newer:
        return Q(at__lte=at) & (Q(at__lt=at) | Q(id__lte=pk))
    return Q(at__gte=at) & (Q(at__gt=at) | Q(id__gte=pk))


def entries_for(object_type: str, object_id: str) -> list[Entry]:
    """Return every entry about one object, oldest first, with leaves and private texts, in two queries."""
    rows = AuditEvent.objects.filter(object_type=object_type, object_id=object_id).order_by("object_seq")
    return _decoded(list(rows.select_related("leaf")))


def entries_named(object_type: str, object_id: str, names: Collection[str]) -> list[Entry]:
    """Return the entries of some names about one object, oldest first, without their private texts, in one query."""
    rows = AuditEvent.objects.filter(object_type=object_type, object_id=object_id, event__in=names)
    found = rows.select_related("leaf").order_by("object_seq")
    return [replace(_entry(row, {}), private={}) for row in found]


def decoded_entries(events: Iterable[AuditEvent]) -> list[Entry]:
    """Return entries for a person to read, with their private texts, in one query more."""
    return _decoded(list(events))


def decoded_entry(event: AuditEvent) -> Entry:
    """Return one entry for a person to read."""
    return _decoded([event])[0]


def count_up_to(filters: Filters, cap: int) -> int | None:
    """Return how many entries match, counting no further than ``cap``; None when they are too many to be found."""
    known = search.narrowed_by_rarest(filters) if filters.words else filters
    if known is None:
        return None
    # In the order of the pages, for the same plan: without it the planner may read all that match.
    return matching(known).order_by("-at", "-id").values("pk")[:cap].count()


def _cursor(row: AuditEvent) -> Cursor:
    return row.at, row.pk


def _decoded(rows: list[AuditEvent]) -> list[Entry]:
    texts: dict[int, dict[str, str]] = {}
    kept = AuditText.objects.filter(event__in=[row.pk for row in rows])
    for event_id, name, text in kept.values_list("event_id", "name", "text"):
        texts.setdefault(event_id, {})[name] = text
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
