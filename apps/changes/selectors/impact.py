"""What a change can reach: from its revision once it is submitted, from the graph while it is a draft."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from apps.catalog.models import Component
from apps.catalog.rules.impact import Graph, Hit, Node
from apps.catalog.selectors import graph
from apps.changes.models import Change, ImpactNote
from apps.changes.rules.impact import ImpactRow, PathStep, row_from_content
from apps.changes.selectors.items import items_of, read_items

_OWNER = (
    "owner_team__name",
    "owner_person__first_name",
    "owner_person__last_name",
    "owner_person__username",
)


def impact_of(change: Change) -> list[ImpactRow]:
    """Return what a change reaches, nearest first, as people corrected it.

    A submitted change shows what was found when it was submitted, for that is what was signed.
    """
    return with_owners(reached_by(change))


def reached_by(change: Change) -> list[ImpactRow]:
    """Return the same without who owns what; no query once a change is submitted."""
    if change.is_in_hand or change.revision is None:
        return _found(change, graph(), _notes([change])[change.pk])
    return [row_from_content(row) for row in change.revision.content.get("impact", [])]


def found_impact(change: Change) -> list[ImpactRow]:
    """Return what a change reaches in the graph of today, nearest first, as people corrected it."""
    return found_impacts([change])[change.pk]


def found_impacts(changes: Sequence[Change]) -> dict[int, list[ImpactRow]]:
    """Return what each of these changes reaches, by its id; four queries for all of them while the graph stands."""
    read_items(changes)
    known, notes = graph(), _notes(changes)
    found = {change.pk: _found(change, known, notes[change.pk]) for change in changes}
    owners = owners_by_key(sorted({row.key for rows in found.values() for row in rows}))
    return {pk: [_owned(row, owners.get(row.key)) for row in rows] for pk, rows in found.items()}


def _notes(changes: Sequence[Change]) -> dict[int, dict[int, ImpactNote]]:
    notes: dict[int, dict[int, ImpactNote]] = {change.pk: {} for change in changes}
    for note in ImpactNote.objects.filter(change__in=changes).select_related("component").order_by("pk"):
        notes[note.change_id][note.component_id] = note
    return notes


def _found(change: Change, known: Graph, notes: dict[int, ImpactNote]) -> list[ImpactRow]:
    moved = {item.component_id for item in items_of(change)}
    rows = [
        _corrected(_row(hit, known.nodes), notes.pop(hit.component_id, None)) for hit in known.reach(moved)
    ]
    return rows + [
        _added(note) for note in notes.values() if note.included and note.component_id not in moved
    ]


def reached_from(component_ids: Iterable[int]) -> list[ImpactRow]:
    """Return what moving these components reaches in the graph of today, nearest first."""
    known = graph()
    return with_owners([_row(hit, known.nodes) for hit in known.reach(set(component_ids))])


def _row(hit: Hit, nodes: Mapping[int, Node]) -> ImpactRow:
    node = nodes[hit.component_id]
    path = [(nodes[step.component_id], step.kind) for step in hit.path]
    return ImpactRow(
        key=node.key,
        title=node.label,
        kind=node.kind,
        tier=node.tier,
        severity=hit.severity,
        depth=hit.depth,
        path=tuple(PathStep(stop.key, stop.label, kind) for stop, kind in path),
    )


def _corrected(row: ImpactRow, note: ImpactNote | None) -> ImpactRow:
    return replace(row, included=note.included, reason=note.reason) if note else row


def _added(note: ImpactNote) -> ImpactRow:
    component = note.component
    return ImpactRow(
        key=component.key,
        title=str(component),
        kind=component.kind,
        tier=component.tier,
        severity="medium",
        depth=0,
        by_hand=True,
        reason=note.reason,
    )


def with_owners(rows: list[ImpactRow]) -> list[ImpactRow]:
    """Return the rows with who owns each component today, and what its data is; one query."""
    owners = owners_by_key([row.key for row in rows])
    return [_owned(row, owners.get(row.key)) for row in rows]


def owners_by_key(keys: list[str]) -> dict[str, Component]:
    """Return the components with these keys, each with its owner; one query, none for no key."""
    if not keys:
        return {}
    known = Component.objects.filter(key__in=keys).select_related("owner_team", "owner_person")
    return {component.key: component for component in known.only("key", "data_class", *_OWNER)}


def owner_of(component: Component | None) -> str:
    """Return who answers for a component: its person, else its team."""
    if component is None:
        return "Not in the catalog any more"
    owner = component.owner_person or component.owner_team
    return str(owner) if owner else "Nobody yet"


def _owned(row: ImpactRow, component: Component | None) -> ImpactRow:
    if component is None:
        return row
    return replace(
        row,
        owner=owner_of(component),
        team_id=component.owner_team_id,
        component_id=component.pk,
        data_class=component.data_class,
    )
