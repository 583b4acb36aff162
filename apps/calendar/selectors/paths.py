"""A conflict's path as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.catalog.enums import DependencyKind
from apps.catalog.rules.impact import Graph

NOBODY = 0
"""The id of no component."""

ARRIVES = {
    DependencyKind.READS: "is read by",
    DependencyKind.CALLS: "is called by",
    DependencyKind.EMBEDS: "is built into",
    DependencyKind.TRAINS_ON: "trains",
    DependencyKind.WRITES: "writes",
}


@dataclass(frozen=True)
class Step:
    """One stop on a conflict's path. ``verb`` says how the one before leads here; it is empty at the start."""

    key: str
    label: str
    kind: str
    verb: str


def explained(path: Sequence[str], known: Graph) -> list[Step]:
    """Return a path with names, kinds and what ties each stop to the one before, in the graph that is given."""
    steps = []
    for place, key in enumerate(path):
        node = known.nodes.get(known.id_of.get(key, NOBODY))
        label = node.label if node else key.rpartition("/")[2]
        kind = node.kind if node else key.partition(":")[0]
        steps.append(Step(key, label, kind, _verb(known, path[place - 1], key) if place else ""))
    return steps


def _verb(known: Graph, before: str, key: str) -> str:
    source, target = known.id_of.get(before), known.id_of.get(key)
    kind = known.kind_between(source, target) if source is not None and target is not None else ""
    return ARRIVES[DependencyKind(kind)] if kind else "reached"
