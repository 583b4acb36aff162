"""The version of a component that is in use."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, OuterRef, Subquery

from apps.catalog.models import Component, ComponentVersion
from apps.changes.enums import OPEN, ChangeState
from apps.changes.models import ChangeItem

IN_USE = ("champion", "production", "live", "current")


def version_in_use(component: Component, *, other_than: str = "") -> ComponentVersion | None:
    """Return the version that an alias says is in use, else the latest. With ``other_than``, the one before it."""
    return versions_in_use([component.pk], other_than={component.pk: other_than}).get(component.pk)


def versions_in_use(
    component_ids: Iterable[int], *, other_than: dict[int, str] | None = None
) -> dict[int, ComponentVersion]:
    """Return the version in use of each component that has one; one query.

    An alias wins even over ``other_than``: who moves to the version in use must be told that nothing moves.
    """
    passed = other_than or {}
    by_component: dict[int, list[ComponentVersion]] = defaultdict(list)
    rows = ComponentVersion.objects.filter(component__in=list(component_ids), retired_at=None)
    for row in rows.order_by("component_id", F("released_at").desc(nulls_last=True), "-pk"):
        by_component[row.component_id].append(row)
    chosen = {pk: _in_use(versions, passed.get(pk, "")) for pk, versions in by_component.items()}
    return {pk: version for pk, version in chosen.items() if version is not None}


def version_left() -> Subquery:
    """Return, to annotate components with, the version that their next submitted change moves away from.

    A newer version may be recorded long before it goes live; whoever proposes to move to it knows which one works.
    """
    items = ChangeItem.objects.filter(
        component=OuterRef("pk"), change__state__in=OPEN, from_version__isnull=False
    ).exclude(change__state=ChangeState.DRAFT)
    soonest = items.order_by(F("change__planned_start").asc(nulls_last=True), "pk")
    return Subquery(soonest.values("from_version__version")[:1])


def _in_use(versions: list[ComponentVersion], other_than: str) -> ComponentVersion | None:
    """Return the version in use of one component; ``versions`` come newest first."""
    named = next((version for version in versions if _is_in_use(version)), None)
    if named is not None:
        return named
    places = [place for place, version in enumerate(versions) if version.version == other_than]
    # What comes after the version that is passed over is older: the one that it follows on.
    older = versions[places[0] + 1 :] if places else versions
    return next(iter(older), None)


def _is_in_use(version: ComponentVersion) -> bool:
    return any(alias.lower() in IN_USE for alias in version.aliases)
