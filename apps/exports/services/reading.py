"""Reading sealed entries for an export: in the order of their leaves, in short batches.

Leaves never change, so each batch is read on its own, and a long export keeps no transaction open.
"""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from apps.accounts.models import User
from apps.accounts.selectors import person_named
from apps.audit.models import AuditEvent, AuditLeaf, AuditText
from apps.audit.rules.merkle import leaf_hash
from apps.audit.rules.tombstones import RETIRED, TOMBSTONE
from apps.audit.selectors import Filters
from apps.audit.selectors.entries import matching
from apps.audit.selectors.tree import StoredTree
from apps.audit.services import LedgerBroken
from apps.catalog.selectors import component_exists
from apps.changes.selectors import change_exists
from apps.core.actors import person_behind
from apps.core.errors import Invalid
from apps.exports.enums import Withheld
from apps.exports.rules.orders import Order, Scope
from apps.exports.selectors.scope import about_changes, resolved

BATCH_ROWS = 5_000

NAMES_PEOPLE = "person"
"""The kind of object whose entries keep a person's name, username and e-mail address as private texts."""

Progress = Callable[[int, int], object]
"""Called with the number of records written so far, and of all. It raises when the export is cancelled."""

_ROWS = """
SELECT l.index, e.id, coalesce(nullif(e.entry, ''::bytea), t.line)
FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id LEFT JOIN audit_tombstone t ON t.event_id = e.id
WHERE l.index >= %s AND l.index < %s ORDER BY l.index
"""


_BYTES = Coalesce(NullIf("entry", Value(b"")), "tombstone__line")

# Not the bare column: PostgreSQL would look for its least value in the index of all entries.
_NUMBER = F("event_id") + 0


@dataclass(frozen=True)
class Row:
    """A sealed entry: its leaf, the number by which pages name it, and its bytes.

    Where the entry is retired, ``entry`` holds the line of its tombstone.
    """

    index: int
    event_id: int
    entry: bytes

    @property
    def leaf_hash(self) -> bytes:
        """Return the hash of the bytes that were sealed, which of a retired entry only the tombstone still knows."""
        if self.entry.startswith(TOMBSTONE):
            return bytes.fromhex(json.loads(self.entry)["leaf_hash"])
        return leaf_hash(self.entry)

    def decoded(self) -> dict[str, Any]:
        """Return the entry's JSON object. Of a retired one, what its tombstone keeps, and nothing else."""
        value: dict[str, Any] = json.loads(self.entry)
        if not self.entry.startswith(TOMBSTONE):
            return value
        gone = {"actor": {"kind": "", "id": ""}, "data": {}, "event": RETIRED, "private": {}}
        return gone | {"at": value["at"], "object": value["object"]}


def rows_between(start: int, end: int) -> list[Row]:
    """Return the entries of the leaves ``start`` to ``end``, the last not included."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [start, end])
        return [Row(index, event_id, bytes(entry)) for index, event_id, entry in cursor.fetchall()]


def batches_between(start: int, end: int) -> Iterator[list[Row]]:
    """Yield the entries of the leaves ``start`` to ``end``, the last not included, batch by batch."""
    for first in range(start, end, BATCH_ROWS):
        yield rows_between(first, min(first + BATCH_ROWS, end))


@contextmanager
def naming_the_broken(rows: list[Row]) -> Iterator[None]:
    """Name the entry when one of a batch cannot be read as an entry, because it was changed since.

    Raises:
        LedgerBroken: it was.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        tree = StoredTree()
        broken = next((row for row in rows if not _as_sealed(row, tree)), None)
        if broken is None:
            raise
        raise LedgerBroken(
            f"The entry at leaf {broken.index} is not what was sealed, and can no longer be read.",
            remedy="Have the database examined, and bring the entry back from a copy of it.",
        ) from error


def _as_sealed(row: Row, tree: StoredTree) -> bool:
    try:
        return row.leaf_hash == tree(0, row.index)
    except (ValueError, LookupError, TypeError):
        return False


@dataclass(frozen=True)
class Wanted:
    """The sealed entries of a scope: how many there are, in leaves ``first`` to ``end``, the last not included."""

    entries: QuerySet[AuditEvent]
    count: int
    first: int
    end: int

    def pieces(self, leaves: int) -> Iterator[QuerySet[AuditEvent]]:
        """Yield the entries in the order of their leaves, as queries over so many leaves each.

        A short span of leaves keeps PostgreSQL to its indexes, however many entries there are. The numbers that these
        entries lie between let it read them in one go, where it would look each of them up.
        """
        for first in range(self.first, self.end, leaves):
            span = {"index__gte": first, "index__lt": min(first + leaves, self.end)}
            numbers = AuditLeaf.objects.filter(**span).aggregate(least=Min(_NUMBER), most=Max(_NUMBER))
            piece = self.entries.filter(pk__gte=numbers["least"], pk__lte=numbers["most"])
            yield piece.filter(**{f"leaf__{bound}": leaf for bound, leaf in span.items()}).order_by(
                "leaf__index"
            )


def wanted_of(scope: Scope, size: int) -> Wanted:
    """Return the entries of a scope among the first ``size`` leaves.

    Raises:
        Invalid: the days are in the wrong order.
    """
    entries = matching(filters_of(scope)).filter(leaf__index__lt=size)
    found = entries.aggregate(count=Count("pk"), first=Min("leaf__index"), last=Max("leaf__index"))
    if not found["count"]:
        return Wanted(entries, 0, 0, 0)
    return Wanted(entries, found["count"], found["first"], found["last"] + 1)


def rows_of(piece: QuerySet[AuditEvent]) -> list[Row]:
    """Return the entries of a piece."""
    values = piece.values_list("leaf__index", "pk", _BYTES)
    return [Row(index, event_id, bytes(entry)) for index, event_id, entry in values]


def matching_within(scope: Scope, first: int, end: int, changes: Collection[str] = ()) -> Wanted:
    """Return the entries in leaves ``first`` to ``end`` that a scope lets through whatever their time is.

    With ``changes``, only what is about these changes.
    """
    filters = replace(filters_of(scope), start=None, end=None)
    if changes:
        filters = replace(filters, only=filters.only & about_changes(changes))
    entries = matching(filters).filter(leaf__index__gte=first, leaf__index__lt=end)
    return Wanted(entries, entries.count(), first, end)


def refuse_unknown(scope: Scope) -> None:
    """Refuse a scope that names what was never there.

    Raises:
        Invalid: the days are in the wrong order, or the component, the change or the person is unknown.
    """
    _ = scope.period, actors_of(scope)
    if scope.component and not component_exists(scope.component):
        raise Invalid({"component": [f"The catalog holds no component with the key {scope.component}."]})
    if scope.change and not change_exists(scope.change):
        raise Invalid({"change": [f"There is no change {scope.change}. Give its number, such as CHG-1042."]})


def filters_of(scope: Scope) -> Filters:
    """Return the ledger's filters that a scope stands for.

    What belongs to a component or a change is what does so now: a change that was tied to the component since the
    checkpoint brings its older entries in.

    Raises:
        Invalid: the days are in the wrong order, or nobody has the username.
    """
    period, acted = scope.period, Q()
    for actor in actors_of(scope):
        exact = "startswith" if actor.endswith("/") else "exact"
        acted |= Q(**{f"actor_key__{exact}": actor})
    filters = Filters(
        start=period.start,
        end=period.end,
        events=scope.events,
        component=scope.component,
        change=scope.change,
        only=acted,
    )
    return resolved(filters)


def actors_of(scope: Scope) -> tuple[str, ...]:
    """Return the ledger's names of the scope's person: as one who signed in, and, ending with a slash, by a token.

    Raises:
        Invalid: nobody has the username.
    """
    if not scope.person:
        return ()
    person = person_named(scope.person) if "\x00" not in scope.person else None
    if person is None:
        raise Invalid({"person": [f"Nobody here has the username {scope.person}."]})
    return f"person:{person.pk}", f"token:{person.pk}/"


def person_said(order: Order) -> str:
    """Return the username of an order's person, or where names are withheld the ledger's own name; empty for none."""
    if Withheld.NAMES in order.withheld and order.scope.person:
        return actors_of(order.scope)[0]
    return order.scope.person


def texts_of(rows: list[Row]) -> dict[int, list[AuditText]]:
    """Return the private texts that are kept, by the number of their entry."""
    texts: dict[int, list[AuditText]] = {}
    wanted = AuditText.objects.filter(event__in=[row.event_id for row in rows])
    for text in wanted.order_by("event_id", "name"):
        texts.setdefault(text.event_id, []).append(text)
    return texts


class People:
    """Printed names by ledger actor, for the people met so far."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def learn(self, keys: set[str]) -> None:
        """Look up the names behind keys such as ``person:12`` and ``token:12/ab12``."""
        unknown = {key: person_behind(key) for key in keys - self.names.keys()}
        found = User.objects.in_bulk([pk for pk in unknown.values() if pk is not None])
        for key, pk in unknown.items():
            if pk in found:
                self.names[key] = str(found[pk])

    def name(self, key: str) -> str:
        """Return the printed name, or for a job of the portal its own."""
        return self.names.get(key) or key.partition(":")[2]


def actor_key(entry: dict[str, Any]) -> str:
    """Return the actor of a decoded entry as one word; empty where the entry is retired."""
    return ":".join((entry["actor"]["kind"], entry["actor"]["id"])) if entry["actor"]["kind"] else ""
