"""What a draft moves: checked against the catalog, then written."""

from collections.abc import Sequence
from dataclasses import replace

from apps.accounts.models import User
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.selectors import versions_in_use
from apps.catalog.services import add_version
from apps.changes.models import Change, ChangeItem
from apps.changes.rules.fields import Problems
from apps.changes.rules.inputs import ItemInput
from apps.changes.selectors import beyond_reach
from apps.core.actors import Actor

MOST_ITEMS = 50


def write_items(
    draft: Change, items: Sequence[ItemInput], *, actor: Actor, complete: bool
) -> list[dict[str, str]]:
    """Write what moves and return it as the ledger keeps it: component, from, to.

    A rehearsal moves each component from nothing to the version in use, so that carrying it out changes nothing.
    """
    if draft.drill_id:
        items = [replace(item, from_version="", register=False) for item in items]
    problems = Problems()
    if not items and complete:
        problems.add("items", "Choose at least one component to move.")
    problems.at_most("items", items, MOST_ITEMS)
    problems.raise_any()
    keys = [item.component.strip() for item in items]
    components = {one.key: one for one in Component.objects.filter(key__in=keys, retired_at=None)}
    _within_reach(problems, actor, keys, components)
    versions = _versions(components)
    wanted = {
        components[key].pk: item.to_version
        for key, item in zip(keys, items, strict=True)
        if key in components
    }
    in_use = versions_in_use([one.pk for one in components.values()], other_than=wanted)
    rows = [
        _item(draft, place, item, keys, components, versions, in_use, problems)
        for place, item in enumerate(items)
    ]
    if draft.drill_id:
        _stays_as_it_is(problems, rows)
    problems.raise_any()
    made = [row for row in rows if row is not None]
    for row, item in zip(made, items, strict=True):
        if not hasattr(row, "to_version"):
            row.to_version = add_version(
                actor=actor, component=row.component, version=item.to_version.strip()
            )
    draft.items.all().delete()
    ChangeItem.objects.bulk_create(made)
    return [
        {
            "component": row.component.key,
            "from": row.from_version.version if row.from_version else "",
            "to": row.to_version.version,
        }
        for row in made
    ]


def _stays_as_it_is(problems: Problems, rows: Sequence[ChangeItem | None]) -> None:
    """Refuse what a rehearsal would change if somebody carried it out."""
    in_use = versions_in_use([row.component_id for row in rows if row])
    for place, row in enumerate(rows):
        used = in_use.get(row.component_id) if row else None
        if row and used and row.to_version_id and row.to_version_id != used.pk:
            says = f"A rehearsal changes nothing, so it moves {row.component} to {used.version}, which is in use."
            problems.add(f"items.{place}.to_version", says)


def _within_reach(
    problems: Problems, actor: Actor, keys: Sequence[str], components: dict[str, Component]
) -> None:
    if not isinstance(actor.user, User):
        return
    for component in beyond_reach(actor.user, components.values()):
        problems.add(f"items.{keys.index(component.key)}.component", not_reached(component))


def not_reached(component: Component) -> str:
    """Return why somebody may not propose to move a component."""
    return f"No role of yours to propose changes reaches {component}. Ask a Change Manager for it."


def _versions(components: dict[str, Component]) -> dict[tuple[int, str], ComponentVersion]:
    rows = ComponentVersion.objects.filter(component__in=list(components.values()))
    return {(row.component_id, row.version): row for row in rows}


def _item(
    draft: Change,
    place: int,
    item: ItemInput,
    keys: Sequence[str],
    components: dict[str, Component],
    versions: dict[tuple[int, str], ComponentVersion],
    in_use: dict[int, ComponentVersion],
    problems: Problems,
) -> ChangeItem | None:
    at, key = f"items.{place}", keys[place]
    component = components.get(key)
    if not key:
        problems.add(f"{at}.component", "Choose a component.")
    elif component is None:
        problems.add(f"{at}.component", f"The catalog has no component “{key[:200]}”.")
    elif key in keys[:place]:
        problems.add(f"{at}.component", f"{component} is here twice. A change moves each component once.")
    difference = problems.text(f"{at}.difference", item.difference, longest=200)
    to = problems.text(
        f"{at}.to_version", item.to_version, longest=80, missing="Say which version it moves to."
    )
    if component is None:
        return None
    to_version = versions.get((component.pk, to))
    if to and to_version is None and not item.register:
        known = _known(component, versions)
        problems.add(f"{at}.to_version", f"{component} has no version {to}. {known}")
    if to_version is not None and to_version.retired_at is not None:
        known = _known(component, versions)
        problems.add(
            f"{at}.to_version", f"{component} {to} is retired: nothing moves to it any more. {known}"
        )
    from_version = _from(item, component, versions, in_use, at, problems)
    if to and from_version is not None and from_version.version == to:
        problems.add(f"{at}.to_version", f"{component} is at {to} already, so it does not move.")
    row = ChangeItem(change=draft, component=component, from_version=from_version, difference=difference)
    if to_version is not None:
        row.to_version = to_version
    return row


def _from(
    item: ItemInput,
    component: Component,
    versions: dict[tuple[int, str], ComponentVersion],
    in_use: dict[int, ComponentVersion],
    at: str,
    problems: Problems,
) -> ComponentVersion | None:
    if item.from_version is None:
        return in_use.get(component.pk)
    name = item.from_version.strip()
    if not name:
        return None
    found = versions.get((component.pk, name))
    if found is None:
        problems.add(
            f"{at}.from_version", f"{component} has no version {name[:80]}. {_known(component, versions)}"
        )
    return found


def _known(component: Component, versions: dict[tuple[int, str], ComponentVersion]) -> str:
    names = [
        row.version
        for (owner, _), row in versions.items()
        if owner == component.pk and row.retired_at is None
    ]
    if not names:
        return "The catalog knows none yet. Add it to the catalog first, or register it here."
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"The catalog knows {', '.join(names[:5])}{more}."
