"""What a change moves."""

from collections.abc import Sequence

from django.db.models import Prefetch, prefetch_related_objects

from apps.changes.models import Change, ChangeItem


def items_of(change: Change) -> list[ChangeItem]:
    """Return what a change moves, each with its component and its versions.

    One query the first time; the rows then stay with this ``change`` object, so that all who ask within one
    page or one service work from the same rows.
    """
    read_items([change])
    return list(change.items.all())


def read_items(changes: Sequence[Change]) -> None:
    """Read what many changes move, in one query, for ``items_of``."""
    items = ChangeItem.objects.select_related("component", "from_version", "to_version").order_by("pk")
    prefetch_related_objects(changes, Prefetch("items", items))
