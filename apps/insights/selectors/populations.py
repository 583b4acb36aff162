"""Counting the records of a figure, and listing them.

A number and the list behind it come from the same rows and the same condition, so they cannot differ.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import TruncMonth

from apps.accounts.models import User
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import changes_visible_to
from apps.insights.rules.measures import Span
from apps.insights.rules.scope import Bucket, Counted, Scope, added

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Population:
    """The records of one figure, and what is counted of them under each key.

    ``at`` is the column of the time by which ``rows`` keeps to the period; of records as they stand today it is empty.
    They count under the column ``key``, or without one under the month of ``at``. ``took`` is how many begun units of
    time each record took, told of those that the count ``timed`` holds.
    """

    rows: Callable[[User, Scope], Rows]
    at: str
    counts: Mapping[str, Q]
    key: str = ""
    took: Any = Value(None, IntegerField())
    timed: str = ""


def counted(user: User, population: Population, *scopes: Scope) -> list[Counted]:
    """Return what a person may see of a population, counted over each of several periods; one statement.

    The periods have the same filters and one zone.
    """
    cuts = sorted({moment for scope in scopes for moment in (scope.span.start, scope.span.end)})
    hull = replace(scopes[0], span=Span(cuts[0], cuts[-1]))
    pieces = list(_pieces(user, population, hull, cuts[1:-1] if population.at else []))
    return [_put_together(pieces, scope, cuts) for scope in scopes]


_Pieces = Iterable[tuple[int, str, Bucket]]
"""What lies between two cuts in the time of a population: the number of the first, a key, and what was counted."""


def _pieces(user: User, population: Population, hull: Scope, cuts: Sequence[datetime]) -> _Pieces:
    """Return what was counted between the cuts, a bucket for each length of time."""
    under = F(population.key) if population.key else TruncMonth(population.at, tzinfo=hull.zone)
    whens = [When(**{f"{population.at}__lt": cut}, then=Value(place)) for place, cut in enumerate(cuts)]
    piece = Case(*whens, default=Value(len(cuts)), output_field=IntegerField())
    rows = population.rows(user, hull).order_by()
    rows = rows.annotate(under=under, length=population.took, piece=piece)
    counts = {f"n_{name}": Count("pk", filter=condition) for name, condition in population.counts.items()}
    for row in rows.values("under", "length", "piece").annotate(**counts):
        found = {name: row[f"n_{name}"] for name in population.counts}
        timed = row["length"] is not None and found[population.timed]
        key = row["under"] if population.key else f"{row['under']:%Y-%m}"
        yield row["piece"], key, Bucket(found, {row["length"]: timed} if timed else {})


def _put_together(pieces: _Pieces, scope: Scope, cuts: Sequence[datetime]) -> Counted:
    """Return the buckets of the pieces that lie in a period, by their key."""
    first, last = cuts.index(scope.span.start), cuts.index(scope.span.end)
    found: dict[str, list[Bucket]] = {}
    for place, key, bucket in pieces:
        if first <= place < last:
            found.setdefault(key, []).append(bucket)
    return {key: added(buckets) for key, buckets in found.items()}


def records(user: User, population: Population, scope: Scope, count: str, key: str = "") -> Rows:
    """Return the records behind a number, in no order: those under one key, or all of the period."""
    at = scope.within(key) if key and not population.key else scope
    rows = population.rows(user, at).order_by().filter(population.counts[count])
    return rows.filter(**{population.key: key}) if key and population.key else rows


def changes_in(user: User, scope: Scope) -> QuerySet[Change]:
    """Return the changes, of any time, that a person may see and that the filters let through."""
    found = changes_visible_to(user)
    if scope.change_class:
        found = found.filter(change_class=scope.change_class)
    moved = moves(scope)
    return found.filter(Exists(moved.filter(change=OuterRef("pk")))) if moved is not None else found


def moves(scope: Scope) -> QuerySet[ChangeItem] | None:
    """Return what changes move that the filters let through, or None where no filter asks for it."""
    asked = {
        "component__owner_team__slug": scope.team,
        "component__kind": scope.kind,
        "component__tier": scope.tier,
    }
    given = {name: value for name, value in asked.items() if value}
    return ChangeItem.objects.filter(**given) if given else None


def during(column: str, scope: Scope) -> dict[str, Any]:
    """Return the condition that a time lies in the period."""
    return {f"{column}__gte": scope.span.start, f"{column}__lt": scope.span.end}
