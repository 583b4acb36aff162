"""Counting the records of a figure, and listing them.

A number and the list behind it come from the same rows and the same condition, so they cannot differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import TruncMonth

from apps.accounts.models import User
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import changes_visible_to
from apps.insights.rules.scope import Bucket, Counted, Scope

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Population:
    """The records of one figure, and what is counted of them under each key.

    ``key`` is a column; where ``monthly``, that of the time by whose month they count, and ``rows`` keeps to the period
    by it. ``took`` is how many begun units of time each record took, told of those that the count ``timed`` holds.
    """

    rows: Callable[[User, Scope], Rows]
    key: str
    counts: Mapping[str, Q]
    monthly: bool = False
    took: Any = Value(None, IntegerField())
    timed: str = ""


def counted(user: User, population: Population, scope: Scope) -> Counted:
    """Return what a person may see of a population, counted; one statement."""
    key = TruncMonth(population.key, tzinfo=scope.zone) if population.monthly else F(population.key)
    rows = population.rows(user, scope).order_by().annotate(under=key, length=population.took)
    counts = {f"n_{name}": Count("pk", filter=condition) for name, condition in population.counts.items()}
    found: Counted = {}
    for row in rows.values("under", "length").annotate(**counts):
        under, length = row.pop("under"), row.pop("length")
        bucket = found.setdefault(f"{under:%Y-%m}" if population.monthly else under, Bucket({}, {}))
        for name in population.counts:
            bucket.counts[name] = bucket.counts.get(name, 0) + row[f"n_{name}"]
        if length is not None and row[f"n_{population.timed}"]:
            bucket.spread[length] = row[f"n_{population.timed}"]
    return found


def records(user: User, population: Population, scope: Scope, count: str, key: str = "") -> Rows:
    """Return the records behind a number, in no order: those under one key, or all of the period."""
    at = scope.within(key) if key and population.monthly else scope
    rows = population.rows(user, at).order_by().filter(population.counts[count])
    return rows.filter(**{population.key: key}) if key and not population.monthly else rows


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
