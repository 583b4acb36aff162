"""The dependency graph in memory, and the walk that finds what a change can reach.

An impact runs from a provider to those who rely on it. A ``writes`` tie is the exception: who writes changes what
is written, so there the impact runs from the consumer to the provider.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from apps.catalog.enums import DependencyKind, Severity
from apps.catalog.rules.severity import severity_of

KIND_ORDER = {kind: place for place, kind in enumerate(DependencyKind.values)}


@dataclass(frozen=True, slots=True)
class Node:
    """What the walk and the pictures need to know of a component."""

    id: int
    key: str
    kind: str
    label: str
    tier: int
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Tie:
    """One dependency as an impact sees it: from where it starts to where it arrives."""

    source: int
    target: int
    kind: str
    contract_id: int | None


def tie_of(consumer: int, provider: int, kind: str, contract_id: int | None) -> Tie:
    """Return the tie of a dependency, turned so that the impact runs from source to target."""
    if kind == DependencyKind.WRITES:
        return Tie(consumer, provider, kind, contract_id)
    return Tie(provider, consumer, kind, contract_id)


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on a path, with the tie that led there (empty at the start)."""

    component_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where a walk came from at each component: its parent and the tie between them."""

    came_from: Mapping[int, tuple[int, str]]

    def path_to(self, component_id: int) -> list[Step]:
        steps: list[Step] = []
        here = component_id
        while here in self.came_from:
            parent, kind = self.came_from[here]
            steps.append(Step(here, kind))
            here = parent
        steps.append(Step(here, ""))
        steps.reverse()
        return steps


@dataclass(frozen=True, slots=True)
class Hit:
    """A component that a change can reach, ``depth`` steps away."""

    component_id: int
    depth: int
    severity: Severity
    _walk: _Walk = field(repr=False, compare=False)

    @property
    def path(self) -> list[Step]:
        """Return the shortest path that explains the hit, from the changed component to this one.

        Of several shortest paths it is the one whose keys come first in the alphabet, so that it never changes
        between two looks at the same graph.
        """
        return self._walk.path_to(self.component_id)


@dataclass(frozen=True)
class Graph:
    """All components in use and the ties between them. ``ties`` come sorted by the keys of their ends."""

    stamp: int
    nodes: Mapping[int, Node]
    ties: Sequence[Tie]

    @cached_property
    def after(self) -> Mapping[int, Sequence[Tie]]:
        """Return, for each component, the ties along which an impact leaves it."""
        return _grouped((tie.source, tie) for tie in self.ties)

    @cached_property
    def before(self) -> Mapping[int, Sequence[Tie]]:
        """Return, for each component, the ties along which an impact arrives."""
        return _grouped((tie.target, tie) for tie in self.ties)

    @cached_property
    def id_of(self) -> Mapping[str, int]:
        """Return each component's id by its key."""
        return {node.key: node.id for node in self.nodes.values()}

    def reach(self, starts: Iterable[int], *, depth: int | None = None, against: bool = False) -> list[Hit]:
        """Return what an impact that starts here arrives at, nearest first, then by key; the starts left out.

        Args:
            starts: ids; those that are not in the graph (retired) are passed over.
            depth: the most steps to go; None goes on until nothing new is found.
            against: walk the other way, to what the starts themselves rely on.
        """
        ties = self.before if against else self.after
        level = sorted({start for start in starts if start in self.nodes}, key=lambda at: self.nodes[at].key)
        seen = set(level)
        came_from: dict[int, tuple[int, str]] = {}
        walk, hits, steps = _Walk(came_from), [], 0
        while level and (depth is None or steps < depth):
            steps += 1
            found: list[int] = []
            for here in level:
                for tie in ties.get(here, ()):
                    there = tie.source if against else tie.target
                    if there not in seen:
                        seen.add(there)
                        came_from[there] = (here, tie.kind)
                        found.append(there)
            hits += [
                Hit(at, steps, severity_of(self.nodes[at].tier, steps), walk) for at in self._by_key(found)
            ]
            level = found
        return hits

    def _by_key(self, ids: list[int]) -> list[int]:
        return sorted(ids, key=lambda at: self.nodes[at].key)


def build_graph(stamp: int, nodes: Iterable[Node], ties: Iterable[Tie]) -> Graph:
    """Return the graph, with ties to components that are not among the nodes left out."""
    known = {node.id: node for node in nodes}
    rank = {node.id: place for place, node in enumerate(sorted(known.values(), key=lambda node: node.key))}
    kept = [tie for tie in ties if tie.source in known and tie.target in known]
    # Both directions read the same list, so a node's neighbours are in key order whichever way the walk goes.
    kept.sort(key=lambda tie: (rank[tie.source], rank[tie.target], KIND_ORDER.get(tie.kind, 9)))
    return Graph(stamp, known, kept)


def _grouped(pairs: Iterable[tuple[int, Tie]]) -> dict[int, list[Tie]]:
    groups: dict[int, list[Tie]] = {}
    for key, tie in pairs:
        groups.setdefault(key, []).append(tie)
    return groups
