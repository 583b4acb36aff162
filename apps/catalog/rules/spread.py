"""What a change spreads to, told apart by how: some only read what changes, others get it written.

The walk goes over two storeys. On the ground floor no ``writes`` tie has been passed yet; each such tie leads up to
the floor above, where it goes on over ties of every kind. What is reached on the ground floor depends by reading,
what is reached above by writing, and a component may be both.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from apps.catalog.rules.links import Links, Places, depths

if TYPE_CHECKING:
    from apps.catalog.rules.impact import Graph

Dependence = Literal["reads", "writes"]


class Storeys:
    """The ties over two floors: a ``writes`` tie leads up from the ground, and nothing leads down.

    A component at place ``p`` stands at ``p`` on the ground, and at ``p`` plus the number of components above.
    """

    def __init__(self, sources: Places, targets: Places, writes: NDArray[np.bool_], components: int) -> None:
        self._sources, self._targets, self._writes, self._up = sources, targets, writes, components

    @cached_property
    def onward(self) -> Links:
        """Return where an impact leads."""
        return self._stacked(self._sources, self._targets)

    @cached_property
    def onward_back(self) -> Links:
        """Return whence a walk onward comes."""
        return self.onward.turned()

    @cached_property
    def against(self) -> Links:
        """Return where a walk against the impact leads."""
        return self._stacked(self._targets, self._sources)

    @cached_property
    def against_back(self) -> Links:
        """Return whence a walk against the impact comes."""
        return self.against.turned()

    def _stacked(self, starts: Places, ends: Places) -> Links:
        above = np.where(self._writes, ends + self._up, ends)
        both = np.concatenate([starts, starts + self._up]), np.concatenate([above, ends + self._up])
        return Links.between(*both, 2 * self._up)[0]


class Reached(Mapping[int, int]):
    """The components reached in one way: id → the least steps that lead there. Asking for one takes no search."""

    def __init__(self, graph: "Graph", depth: Places, bound: int, starts: frozenset[int]) -> None:
        self._graph, self._depth, self._bound, self._starts = graph, depth, bound, starts

    def get_depth(self, component_id: object) -> int:
        """Return the least steps that lead to a component, or 0 when it is not reached."""
        place = self._graph.place_of.get(component_id)  # type: ignore[call-overload]
        if place is None or component_id in self._starts:
            return 0
        steps = int(self._depth[place])
        return steps if 0 < steps <= self._bound else 0

    def __contains__(self, component_id: object) -> bool:
        return self.get_depth(component_id) > 0

    def __getitem__(self, component_id: int) -> int:
        if steps := self.get_depth(component_id):
            return steps
        raise KeyError(component_id)

    def __iter__(self) -> Iterator[int]:
        """Go through the ids, nearest first, then by key."""
        places = np.flatnonzero((self._depth > 0) & (self._depth <= self._bound))
        near = places[np.argsort(self._depth[places], kind="stable")]
        return (at for at in self._graph.ids[near].tolist() if at not in self._starts)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def among(self, marked: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the places, of those that are marked, that are reached."""
        places = np.flatnonzero(marked & (self._depth > 0) & (self._depth <= self._bound))
        own = [self._graph.place_of[start] for start in self._starts]
        return places[~np.isin(places, own)]


class Spread:
    """What a change of some components spreads to, the components themselves left out.

    ``reads`` holds what depends by ties none of which is a ``writes``; ``writes`` what is reached by a walk with at
    least one. The shortest such walk may come by a component twice: once before and once after the ``writes``.
    Keep a spread no longer than it is asked: it holds two numbers for each component of the graph.
    """

    def __init__(
        self, graph: "Graph", starts: Iterable[int], reads: int | None, writes: int | None, against: bool
    ) -> None:
        self._graph, self._against = graph, against
        endless = 2 * len(graph.ids)
        reads, writes = endless if reads is None else reads, endless if writes is None else writes
        known = frozenset(start for start in starts if start in graph.place_of)
        places = np.array(sorted(graph.place_of[start] for start in known), np.int32)
        floors = graph.storeys
        # A way that ends in a ``writes`` needs the ground floor up to the step before, however few steps reads may go.
        ground = max(reads, writes - 1)
        self._depth = depths(floors.against if against else floors.onward, places, (ground, writes))
        half = len(graph.ids)
        self.reads = Reached(graph, self._depth[:half], reads, known)
        self.writes = Reached(graph, self._depth[half:], writes, known)

    def path(self, component_id: int, dependence: Dependence) -> tuple[str, ...]:
        """Return the keys of the shortest way between the starts and a component, in the direction of the impact.

        It runs from a start to the component, or, in a spread against the ties, from the component to a start. Of
        several, it is the one whose keys come first in the alphabet, so both ends of a dependence name the same.

        Raises:
            KeyError: the component is not reached in this way.
        """
        reached = self.reads if dependence == "reads" else self.writes
        steps = reached[component_id]
        place = self._graph.place_of[component_id] + (0 if dependence == "reads" else len(self._graph.ids))
        return self._way(np.array([place], np.int32), steps)

    def path_to_any(self, marked: NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the keys of the shortest way to any component whose place is marked, by reading or by writing.

        Of several as short it is the first of the alphabet. Empty when none is reached.
        """
        ends = np.concatenate([self.reads.among(marked), self.writes.among(marked) + len(self._graph.ids)])
        if not ends.size:
            return ()
        steps = self._depth.take(ends)
        return self._way(ends[steps == steps.min()].astype(np.int32), int(steps.min()))

    def _way(self, ends: Places, steps: int) -> tuple[str, ...]:
        """Return the first of the alphabet of all ways between the starts and these places, as many steps away."""
        # Walked against the ties, the way back to the starts is the way of the impact.
        floors = self._graph.storeys
        back = floors.against_back if self._against else floors.onward_back
        levels = [ends]
        for left in range(steps - 1, -1, -1):
            before = _next(back, levels[-1])
            levels.append(before[self._depth.take(before) == left])
        if self._against:
            return self._foremost(levels, back)
        return self._foremost(levels[::-1], floors.onward)

    def _foremost(self, levels: list[Places], links: Links) -> tuple[str, ...]:
        """Return the way through these levels, one place each, whose keys come first in the alphabet."""
        here, half, way = levels[0], len(self._graph.ids), list[int]()
        for number, level in enumerate(levels):
            if number:
                here = np.intersect1d(_next(links, here), level)
            # A component may stand on both floors: it is one key, so both places stay in.
            component = here % half
            way.append(int(component.min()))
            here = here[component == way[-1]]
        return tuple(self._graph.node_at(place).key for place in way)


def _next(links: Links, level: Places) -> Places:
    return np.unique(links.ends.take(links.leaving(level)))
