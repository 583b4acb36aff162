"""What the page of a component shows, gathered for its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from apps.accounts.models import User
from apps.catalog.enums import ComponentKind, DependencyKind
from apps.catalog.models import Component, Contract, Dependency
from apps.catalog.rules.impact import Graph
from apps.catalog.selectors import components_visible_to, ties_of
from apps.web.pictures import Picture

IT_DOES = {
    DependencyKind.READS: "It reads this",
    DependencyKind.WRITES: "It writes this",
    DependencyKind.CALLS: "It calls this",
    DependencyKind.EMBEDS: "It is made of this",
    DependencyKind.TRAINS_ON: "It trains on this",
}
DOES_IT = {
    DependencyKind.READS: "Reads it",
    DependencyKind.WRITES: "Writes it",
    DependencyKind.CALLS: "Calls it",
    DependencyKind.EMBEDS: "Is made of it",
    DependencyKind.TRAINS_ON: "Trains on it",
}


@dataclass(frozen=True)
class Neighbour:
    """A line of the table beside the graph: a component, how the two hang together, and by which contract."""

    component: Component
    how: str
    contract: Contract | None
    direct: bool
    relies: bool = False


def neighbours(user: User, component: Component, graph: Graph, picture: Picture) -> list[Neighbour]:
    """Return the components of the picture, nearest first, those tied directly with their contracts. Two queries."""
    direct: dict[int, list[Neighbour]] = {}
    for tie in ties_of(component):
        line = _neighbour(component, tie)
        direct.setdefault(line.component.pk, []).append(line)
    lines = [line for at in picture.shown for line in direct.pop(at, [])]
    lines += [line for rest in direct.values() for line in rest]
    near = {line.component.pk for line in lines}
    far = [at for at in picture.shown if at not in near]
    through = _through(graph, component.pk)
    held = (
        components_visible_to(user).filter(pk__in=far).select_related("owner_team", "owner_person").in_bulk()
    )
    lines += [Neighbour(held[at], through.get(at, "Further away"), None, False) for at in far if at in held]
    return lines


def _neighbour(component: Component, tie: Dependency) -> Neighbour:
    kind = DependencyKind(tie.kind)
    if tie.consumer_id == component.pk:
        return Neighbour(tie.provider, IT_DOES[kind], tie.contract, True, relies=True)
    return Neighbour(tie.consumer, DOES_IT[kind], tie.contract, True)


def _through(graph: Graph, component_id: int) -> dict[int, str]:
    """Return, for each component two or more steps away, the neighbour through which it hangs together with this."""
    found = {}
    for against in (True, False):
        for hit in graph.reach([component_id], depth=3, against=against):
            if hit.depth > 1:
                found[hit.component_id] = f"Through {graph.nodes[hit.path[1].component_id].label}"
    return found


def models_behind(component: Component, lines: Sequence[Neighbour]) -> list[int]:
    """Return the models that the page shows the cards of: the component itself, or those that it relies on."""
    near = [component, *(line.component for line in lines if line.relies)]
    return [one.pk for one in near if one.kind == ComponentKind.MODEL]


def source_of(component: Component) -> str:
    """Return where a component is described, as a person would say it; the folder it was read from left out."""
    if component.source != "backstage":
        return component.source_root if component.source == "mlflow" else ""
    root, path = PurePath(component.source_root), PurePath(component.source_path)
    return str(path.relative_to(root)) if path.is_relative_to(root) and path != root else path.name
