"""Which of a few components each component of the graph leads to, for all of them at once.

Components that lead to each other in a circle reach the same things, so each circle is one knot. The knots are
kept in an order in which whatever a knot leads to comes before it; one pass over them answers for every component.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import networkx

from apps.catalog.rules.impact import Graph

Masks = list[int]


class Reach:
    """The knots of a graph, in order, with what each leads to."""

    def __init__(self, graph: Graph) -> None:
        drawn = networkx.DiGraph()
        drawn.add_nodes_from(graph.nodes)
        drawn.add_edges_from((tie.source, tie.target) for tie in graph.ties)
        knots = list(networkx.strongly_connected_components(drawn))
        self.knot_of = {member: place for place, knot in enumerate(knots) for member in knot}
        onward: list[set[int]] = [set() for _ in knots]
        for source, target in drawn.edges:
            onward[self.knot_of[source]].add(self.knot_of[target])
        self._onward = [tuple(there - {place}) for place, there in enumerate(onward)]

    def masks(self, bits: Mapping[int, int]) -> Masks:
        """Return, for each knot, the bits of the components that it holds or leads to."""
        found = self._own(bits)
        for place, there in enumerate(self._onward):
            for knot in there:
                found[place] |= found[knot]
        return found

    def masks_back(self, bits: Mapping[int, int]) -> Masks:
        """Return, for each knot, the bits of the components that it holds or that lead to it."""
        found = self._own(bits)
        for place in range(len(found) - 1, -1, -1):
            own = found[place]
            if own:
                for knot in self._onward[place]:
                    found[knot] |= own
        return found

    def of(self, masks: Masks, components: Iterable[int]) -> int:
        """Return what any of these components holds or leads to. A component out of the graph leads nowhere."""
        together = 0
        for component in components:
            knot = self.knot_of.get(component)
            if knot is not None:
                together |= masks[knot]
        return together

    def _own(self, bits: Mapping[int, int]) -> Masks:
        found = [0] * len(self._onward)
        for component, bit in bits.items():
            knot = self.knot_of.get(component)
            if knot is not None:
                found[knot] |= 1 << bit
        return found


class _Held:
    """A graph by identity: two readings of it never count as one, and the kept one does not live on."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __hash__(self) -> int:
        return id(self.graph)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.graph is self.graph


@lru_cache(maxsize=1)
def _reach_of(held: _Held) -> Reach:
    return Reach(held.graph)


def reach_of(graph: Graph) -> Reach:
    """Return the knots of a graph, worked out once while the graph stays the same."""
    return _reach_of(_Held(graph))
