"""The dependency graph in memory, and the walk that finds what a change can reach.

An impact runs from a provider to those who rely on it. A ``writes`` tie is the exception: who writes changes what
is written, so there the impact runs from the consumer to the provider.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from apps.catalog.rules.hits import Hit, Hits, Step
from apps.catalog.rules.links import Links, Places, walk
from apps.catalog.rules.spread import Reached, Spread, Storeys
from apps.catalog.rules.ties import KINDS, NO_CONTRACT, WRITES, Node, Table, Tie, table_of_ties, tie_of

__all__ = ["Graph", "Hit", "Hits", "Node", "Reached", "Spread", "Step", "Tie", "build_graph", "tie_of"]


class Graph:
    """All components in use and the ties between them, which stand in the order of the keys of their ends.

    A component's place is its number in the order of the keys; everything inside goes by places.
    """

    def __init__(self, stamp: int, nodes: Iterable[Node], ties: Table) -> None:
        self.stamp = stamp
        self._by_place = sorted(nodes, key=lambda node: node.key)
        self.nodes: Mapping[int, Node] = {node.id: node for node in self._by_place}
        self.place_of = {id_: place for place, id_ in enumerate(self.nodes)}
        self.ids = np.fromiter(self.nodes, np.int64, len(self.nodes))
        self._keep(ties)

    def _keep(self, ties: Table) -> None:
        source, target = self._placed(ties["source"]), self._placed(ties["target"])
        known = (source >= 0) & (target >= 0)
        source, target, ties = source[known], target[known], ties[known]
        # Both directions keep this order, so a node's neighbours are in key order whichever way the walk goes.
        order = np.lexsort((ties["kind"], target, source))
        self._sources, self._kinds = source[order], ties["kind"][order]
        self._contracts = ties["contract"][order]
        self._onward, _ = Links.between(self._sources, target[order], len(self.ids))

    def _placed(self, ids: NDArray[np.int64]) -> Places:
        """Return the place of each id, -1 for what is not in the graph."""
        if not self.ids.size:
            return np.full(ids.shape, -1, np.int32)
        order = np.argsort(self.ids)
        near = order[np.searchsorted(self.ids, ids, sorter=order).clip(max=self.ids.size - 1)]
        return np.where(self.ids[near] == ids, near, -1).astype(np.int32)

    def node_at(self, place: int) -> Node:
        """Return the component at a place."""
        return self._by_place[place]

    @property
    def ties(self) -> list[Tie]:
        """Return every tie as an object. Made anew each time: only for a small graph or a slow road."""
        return [self._tie(number) for number in range(self._sources.size)]

    @property
    def after(self) -> "TiesAt":
        """Return, for each component, the ties along which an impact leaves it."""
        return TiesAt(self.place_of, self._onward, self._tie)

    @property
    def before(self) -> "TiesAt":
        """Return, for each component, the ties along which an impact arrives."""
        links, order = self._inward
        return TiesAt(self.place_of, links, lambda number: self._tie(int(order[number])))

    @cached_property
    def id_of(self) -> Mapping[str, int]:
        """Return each component's id by its key."""
        return {node.key: node.id for node in self._by_place}

    def reach(self, starts: Iterable[int], *, depth: int | None = None, against: bool = False) -> Hits:
        """Return what an impact that starts here arrives at, nearest first, then by key; the starts left out.

        Args:
            starts: ids; those that are not in the graph (retired) are passed over.
            depth: the most steps to go; None goes on until nothing new is found.
            against: walk the other way, to what the starts themselves rely on.
        """
        known = sorted({self.place_of[start] for start in starts if start in self.place_of})
        links = self._inward[0] if against else self._onward
        return Hits(self, walk(links, np.array(known, np.int32), depth), against)

    def spread(
        self, starts: Iterable[int], *, reads: int | None, writes: int | None, against: bool = False
    ) -> Spread:
        """Return what depends on the starts by reading, and what by writing, the starts left out.

        Args:
            starts: ids; those that are not in the graph (retired) are passed over.
            reads: the most steps to what depends by reading alone; None sets no bound, 0 finds none.
            writes: the most steps to what is reached by a walk with at least one ``writes`` tie, likewise.
            against: walk the other way, to what the starts themselves depend on.
        """
        return Spread(self, starts, reads, writes, against)

    def kind_between(self, source: int, target: int) -> str:
        """Return the kind of the first tie along which an impact goes from one component to another, or nothing.

        The ties of a component stand by their other ends, so those of a hub are not all read.
        """
        start, end = self.place_of[source], self.place_of[target]
        links = self._onward.of(start)
        number = links.start + int(np.searchsorted(self._onward.ends[links.start : links.stop], end))
        found = number < links.stop and int(self._onward.ends[number]) == end
        return KINDS[self._kinds[number]] if found else ""

    def came_by(self, link: int, *, against: bool) -> tuple[str, int]:
        """Return the kind of the tie that a walk passed by this link, and the place from which it did."""
        number = int(self._inward[1][link]) if against else link
        before = self._onward.ends[number] if against else self._sources[number]
        return KINDS[self._kinds[number]], int(before)

    @cached_property
    def storeys(self) -> Storeys:
        """Return the links over two floors, on which a spread walks."""
        return Storeys(self._sources, self._onward.ends, self._kinds == WRITES, len(self.ids))

    @cached_property
    def _inward(self) -> tuple[Links, NDArray[np.intp]]:
        return Links.between(self._onward.ends, self._sources, len(self.ids))

    def _tie(self, number: int) -> Tie:
        contract = int(self._contracts[number])
        return Tie(
            self._by_place[self._sources[number]].id,
            self._by_place[self._onward.ends[number]].id,
            KINDS[self._kinds[number]],
            None if contract == NO_CONTRACT else contract,
        )


class TiesAt(Mapping[int, Sequence[Tie]]):
    """The ties at each component that has any, by its id. A tie becomes an object when it is read."""

    def __init__(self, place_of: Mapping[int, int], links: Links, tie: Callable[[int], Tie]) -> None:
        self._place_of, self._links, self._tie = place_of, links, tie

    def __getitem__(self, component_id: int) -> Sequence[Tie]:
        numbers = self._links.of(self._place_of[component_id])
        if not numbers:
            raise KeyError(component_id)
        return [self._tie(number) for number in numbers]

    def __iter__(self) -> Iterator[int]:
        return (id_ for id_, place in self._place_of.items() if self._links.of(place))

    def __len__(self) -> int:
        return int(np.count_nonzero(np.diff(self._links.first)))


def build_graph(stamp: int, nodes: Iterable[Node], ties: Iterable[Tie]) -> Graph:
    """Return the graph, with ties to components that are not among the nodes left out."""
    return Graph(stamp, nodes, table_of_ties(ties))
