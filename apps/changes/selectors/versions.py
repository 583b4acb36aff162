"""The version of a component that is in use."""

from collections.abc import Iterable

from apps.catalog.models import Component, ComponentVersion

IN_USE = ("champion", "production", "live", "current")


def version_in_use(component: Component, *, other_than: str = "") -> ComponentVersion | None:
    """Return the version that an alias says is in use, else the latest; ``other_than`` passes one over."""
    return versions_in_use([component.pk], other_than={component.pk: other_than}).get(component.pk)


def versions_in_use(
    component_ids: Iterable[int], *, other_than: dict[int, str] | None = None
) -> dict[int, ComponentVersion]:
    """Return the version in use of each component that has one; one query.

    An alias wins even over ``other_than``: who moves to the version in use must be told that nothing moves.
    """
    passed = other_than or {}
    found: dict[int, ComponentVersion] = {}
    rows = ComponentVersion.objects.filter(component__in=list(component_ids), retired_at=None)
    for row in rows.order_by("component_id", "-released_at", "-pk"):
        held = found.get(row.component_id)
        named = _is_in_use(row) and not (held and _is_in_use(held))
        latest = held is None and row.version != passed.get(row.component_id)
        if named or latest:
            found[row.component_id] = row
    return found


def _is_in_use(version: ComponentVersion) -> bool:
    return any(alias.lower() in IN_USE for alias in version.aliases)
