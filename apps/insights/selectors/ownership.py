"""What a person owns, what is planned on it, and what happened to it last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of
from apps.approvals.models import Requirement
from apps.calendar.selectors import counting
from apps.catalog.models import Component, ServiceObjective
from apps.catalog.selectors import versions_in_use
from apps.changes.enums import PLANNED, ChangeState
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import version_left
from apps.core import clock

OWNED_SHOWN = 10
PLANS_SHOWN = 20
AHEAD = timedelta(days=14)
COMING = (*PLANNED, ChangeState.IN_PROGRESS)


@dataclass(frozen=True)
class Plan:
    """A change that touches what a person owns, and what it must not meet (``CHG-1051``), if anything."""

    change: Change
    start: datetime
    clash: str


@dataclass(frozen=True)
class Owned:
    """A component with the version in use, its first promise, and the changes before and after now."""

    component: Component
    version: str
    promise: str
    coming: Change | None
    last: Change | None


def owned_components(user: User) -> QuerySet[Component]:
    """Return the components that a person answers for, by name, team or component; the most critical first.

    A grant over everything is left out: it says whom to ask, not what is theirs.
    """
    owned = Q(owner_person=user)
    for grant in grants_of(user):
        if grant.role == Role.OWNER and grant.scope == GrantScope.TEAM:
            owned |= Q(owner_team=grant.team_id)
        elif grant.role == Role.OWNER and grant.scope == GrantScope.COMPONENT:
            owned |= Q(key=grant.component_key)
    return Component.objects.filter(owned, retired_at=None).order_by("tier", "name", "pk")


def plans_ahead(visible: QuerySet[Change], components: QuerySet[Component]) -> list[Plan]:
    """Return what is planned in the next two weeks that moves or reaches these components, soonest first."""
    now = clock.now()
    moved = ChangeItem.objects.filter(change=OuterRef("pk"), component__in=components.order_by().values("pk"))
    asked = Requirement.objects.filter(
        round=OuterRef("round"), component_key__in=components.order_by().values("key")
    )
    changes = (
        visible.filter(planned_start__lt=now + AHEAD, planned_end__gt=now, state__in=COMING)
        .filter(Exists(moved) | Exists(asked))
        .order_by("planned_start", "pk")[:PLANS_SHOWN]
    )
    found = [(change, change.planned_start) for change in changes]
    clashes = _clashes([change.booking_id for change, _ in found])
    return [
        Plan(change, start, clashes.get(change.booking_id, ""))
        for change, start in found
        if start is not None
    ]


def _clashes(booking_ids: list[int | None]) -> dict[int | None, str]:
    """Return, for each booking that must not meet another plan, the name of that plan."""
    named: dict[int | None, str] = {}
    sides = Q(booking__in=booking_ids) | Q(other__in=booking_ids)
    conflicts = counting(clock.now()).filter(sides).select_related("booking", "other", "period")
    for conflict in conflicts:
        other = conflict.other or conflict.period or conflict.get_kind_display()
        named.setdefault(conflict.booking_id, str(other))
        if conflict.other_id is not None:
            named.setdefault(conflict.other_id, str(conflict.booking))
    return named


def owned_by(visible: QuerySet[Change], components: QuerySet[Component]) -> list[Owned]:
    """Return a person's first components with what a table shows of them, in a constant number of queries."""
    rows = list(components[:OWNED_SHOWN])
    # Most people own nothing by name, and then nothing more is asked.
    if not rows:
        return []
    ids = [row.pk for row in rows]
    coming, last = _coming(visible, rows), _last(visible, rows)
    in_use = {pk: version.version for pk, version in versions_in_use(ids).items()}
    promises = ServiceObjective.objects.filter(component=OuterRef("pk"), retired_at=None).order_by("pk")
    said = Component.objects.filter(pk__in=ids).annotate(
        left=version_left(), promise=Subquery(promises.values("objective")[:1])
    )
    told = {
        pk: (left or "", promise or "") for pk, left, promise in said.values_list("pk", "left", "promise")
    }
    return [
        Owned(
            row,
            told[row.pk][0] or in_use.get(row.pk, ""),
            told[row.pk][1],
            coming.get(row.pk),
            last.get(row.pk),
        )
        for row in rows
    ]


def _coming(visible: QuerySet[Change], components: Sequence[Component]) -> dict[int, Change]:
    items = ChangeItem.objects.filter(
        component__in=components,
        change__in=visible,
        change__state__in=COMING,
        change__planned_end__gt=clock.now(),
    ).order_by("component_id", "change__planned_start")
    return {item.component_id: item.change for item in _one_each(items)}


def _last(visible: QuerySet[Change], components: Sequence[Component]) -> dict[int, Change]:
    items = ChangeItem.objects.filter(
        component__in=components,
        change__in=visible,
        change__actual_end__isnull=False,
    ).order_by("component_id", "-change__actual_end")
    return {item.component_id: item.change for item in _one_each(items)}


def _one_each(items: QuerySet[ChangeItem]) -> QuerySet[ChangeItem]:
    return items.distinct("component_id").select_related("change__review").defer("change__search")
