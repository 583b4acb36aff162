"""The versions of components, and which is in use."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F

from apps.catalog.models import Component, ComponentVersion
from apps.catalog.rules.in_use import in_use_among, named_in_use_among


def version_in_use(component: Component, *, other_than: str = "") -> ComponentVersion | None:
    """Return the version that an alias says is in use, else the latest. With ``other_than``, the one before it."""
    return versions_in_use([component.pk], other_than={component.pk: other_than}).get(component.pk)


def versions_in_use(
    component_ids: Iterable[int], *, other_than: dict[int, str] | None = None
) -> dict[int, ComponentVersion]:
    """Return the version in use of each component that has one (``in_use_among``); one query."""
    passed = other_than or {}
    chosen = {
        pk: in_use_among(versions, other_than=passed.get(pk, ""))
        for pk, versions in newest_first(component_ids).items()
    }
    return {pk: version for pk, version in chosen.items() if version is not None}


def versions_named_in_use(component_ids: Iterable[int]) -> dict[int, ComponentVersion]:
    """Return the version that an alias says is in use, of each component that has such a one; one query."""
    found = {pk: named_in_use_among(versions) for pk, versions in newest_first(component_ids).items()}
    return {pk: version for pk, version in found.items() if version is not None}


def newest_first(component_ids: Iterable[int]) -> dict[int, list[ComponentVersion]]:
    """Return the versions of each component that are not retired, newest first; one query."""
    by_component: dict[int, list[ComponentVersion]] = defaultdict(list)
    rows = ComponentVersion.objects.filter(component__in=list(component_ids), retired_at=None)
    for row in rows.order_by("component_id", F("released_at").desc(nulls_last=True), "-pk"):
        by_component[row.component_id].append(row)
    return by_component
