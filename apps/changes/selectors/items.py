"""What a change moves."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from apps.changes.enums import OPEN
from apps.changes.models import Change, ChangeItem, ProposedContract


def items_of(change: Change) -> list[ChangeItem]:
    """Return what a change moves, each with its component and its versions.

    One query the first time; the rows then stay with this ``change`` object, so that all who ask within one
    page or one service work from the same rows.
    """
    read_items([change])
    return list(change.items.all())


def open_changes_moving(component_id: int) -> list[Change]:
    """Return every change that is not over and moves a component, for the portal's own judgement; two queries."""
    found = Change.objects.filter(state__in=OPEN, items__component=component_id).select_related("requester")
    changes = list(found.order_by("pk").distinct())
    read_items(changes)
    return changes


def read_items(changes: Sequence[Change]) -> None:
    """Read what many changes move, in one query, for ``items_of``.

    Each item says as ``brings_contract`` whether its change brings a new version of a contract of the component, so
    that most pages need not ask.
    """
    items = ChangeItem.objects.select_related("component", "from_version", "to_version").order_by("pk")
    brought = ProposedContract.objects.filter(
        change=OuterRef("change"), contract__provider=OuterRef("component"), dropped_at=None
    )
    prefetch_related_objects(changes, Prefetch("items", items.annotate(brings_contract=Exists(brought))))
