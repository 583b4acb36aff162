"""What changes say of a component and of its versions that are in use."""

from collections.abc import Sequence

from django.db.models import F, OuterRef, QuerySet, Subquery

from apps.accounts.models import User
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.selectors import versions_in_use
from apps.changes.enums import OPEN, OVER, ChangeState
from apps.changes.models import ChangeItem
from apps.changes.selectors.visible import changes_visible_to
from apps.playbooks.models import Drill


def moves_coming(user: User, component: Component) -> QuerySet[ChangeItem]:
    """Return the items of the open changes that move a component, soonest window first, each with its change."""
    coming = _moves(user, component).filter(change__state__in=OPEN)
    return coming.order_by(F("change__planned_start").asc(nulls_last=True))


def moves_past(user: User, component: Component) -> QuerySet[ChangeItem]:
    """Return the items of the changes that moved a component, or were to, newest first, each with its change."""
    return _moves(user, component).filter(change__state__in=OVER).order_by("-change__number")


def _moves(user: User, component: Component) -> QuerySet[ChangeItem]:
    found = ChangeItem.objects.filter(component=component, change__in=changes_visible_to(user))
    return found.select_related("change__review", "from_version", "to_version")


def version_at_work(
    current: ComponentVersion | None, coming: Sequence[ChangeItem]
) -> ComponentVersion | None:
    """Return the version that is at work: what the next submitted change moves away from, else the current one.

    A service's newest version may be recorded long before it goes live; whoever proposes to move it knows.
    """
    submitted = (item for item in coming if item.change.state != ChangeState.DRAFT)
    return next((item.from_version for item in submitted if item.from_version), current)


def versions_to_rehearse(drill: Drill) -> list[tuple[str, str]]:
    """Return the components of a drill by key, each with its version in use, empty where there is none; two queries."""
    rows = dict(drill.components.order_by("key").values_list("pk", "key"))
    in_use = versions_in_use(rows)
    return [(key, in_use[pk].version if pk in in_use else "") for pk, key in rows.items()]


def version_left() -> Subquery:
    """Return, to annotate components with, the version that their next submitted change moves away from.

    It says in SQL, for many, what ``version_at_work`` says of one.
    """
    items = ChangeItem.objects.filter(
        component=OuterRef("pk"), change__state__in=OPEN, change__drill=None, from_version__isnull=False
    ).exclude(change__state=ChangeState.DRAFT)
    soonest = items.order_by(F("change__planned_start").asc(nulls_last=True), "pk")
    return Subquery(soonest.values("from_version__version")[:1])
