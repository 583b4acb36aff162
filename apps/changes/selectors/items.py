"""What a change moves."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects

from apps.catalog.models import ComponentVersion
from apps.changes.enums import OPEN
from apps.changes.models import Change, ChangeItem, ProposedContract

_KEPT = "_prefetched_objects_cache"  # where Django keeps what was read with an object


def items_of(change: Change) -> list[ChangeItem]:
    """Return what a change moves, each with its component and its versions.

    One query the first time; the rows then stay with this ``change`` object, so that all who ask within one
    page or one service work from the same rows. Of one that another revises it is what was submitted last
    (``as_submitted``): whoever reads for a person reads here, and never ``change.items``.
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
    that most pages need not ask. Those that have been read stay as they are, and cost nothing.
    """
    changes = [change for change in changes if "items" not in change.__dict__.get(_KEPT, ())]
    if not changes:
        return
    items = ChangeItem.objects.select_related("component", "from_version", "to_version").order_by("pk")
    brought = ProposedContract.objects.filter(
        change=OuterRef("change"), contract__provider=OuterRef("component"), dropped_at=None
    )
    for change in changes:
        if change.is_as_submitted:
            _keep_submitted(change)
    prefetch_related_objects(changes, Prefetch("items", items.annotate(brings_contract=Exists(brought))))


def _keep_submitted(change: Change) -> None:
    """Let what the revision says that moves stay with a change, in the place of the draft's; one query, once."""
    kept = change.__dict__.setdefault(_KEPT, {})
    assert change.revision is not None
    rows = change.revision.content["items"]
    named = Q()
    for row in rows:
        for version in filter(None, (row["from"], row["to"])):
            named |= Q(component__key=row["component"], version=version["version"])
    found = ComponentVersion.objects.filter(named).select_related("component") if named else ()
    versions = {(one.component.key, one.version): one for one in found}
    items = ChangeItem.objects.none()
    items._result_cache = [
        ChangeItem(
            change=change,
            component=to.component,
            from_version=versions.get((row["component"], row["from"]["version"])) if row["from"] else None,
            to_version=to,
            difference=row["difference"],
        )
        for row in rows
        if (to := versions.get((row["component"], row["to"]["version"]))) is not None
    ]
    kept["items"] = items
