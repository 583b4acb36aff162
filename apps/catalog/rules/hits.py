"""What a walk over the graph arrives at, made into objects only where somebody looks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, overload

import numpy as np

from apps.catalog.enums import Severity
from apps.catalog.rules.links import Places, Trail
from apps.catalog.rules.severity import severity_of

if TYPE_CHECKING:
    from apps.catalog.rules.impact import Graph


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on a path, with the tie that led there (empty at the start)."""

    component_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A component that a change can reach, ``depth`` steps away."""

    component_id: int
    depth: int
    severity: Severity
    _path_to: Callable[[int, int], list[Step]] = field(repr=False, compare=False)

    @property
    def path(self) -> list[Step]:
        """Return the shortest path that explains the hit, from the changed component to this one.

        Of several shortest paths it is the one whose keys come first in the alphabet, so that it never changes
        between two looks at the same graph.
        """
        return self._path_to(self.component_id, self.depth)


class Hits(Sequence[Hit]):
    """What a walk reaches, nearest first, then by key. A hit is made when it is read; ``len`` and ``ids`` make none."""

    def __init__(self, graph: "Graph", trail: Trail, against: bool) -> None:
        self._graph, self._trail, self._against = graph, trail, against

    @cached_property
    def _places(self) -> Places:
        levels = [np.sort(level) for level in self._trail.levels]
        return np.concatenate(levels) if levels else np.empty(0, np.int32)

    @cached_property
    def _ends(self) -> list[int]:
        """Return how many are reached within one step, two, and so on."""
        return np.cumsum([level.size for level in self._trail.levels], dtype=int).tolist()

    @property
    def ids(self) -> list[int]:
        """Return the ids of what is reached, in order."""
        found: list[int] = self._graph.ids[self._places].tolist()
        return found

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> list[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | list[Hit]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self._hit(int(self._places[place]), 1 + int(np.searchsorted(self._ends, place, side="right")))

    def __iter__(self) -> Iterator[Hit]:
        start = 0
        for depth, end in enumerate(self._ends, start=1):
            for place in self._places[start:end].tolist():
                yield self._hit(place, depth)
            start = end

    def _hit(self, place: int, depth: int) -> Hit:
        node = self._graph.node_at(place)
        return Hit(node.id, depth, severity_of(node.tier, depth), self._path_to)

    def _path_to(self, component_id: int, depth: int) -> list[Step]:
        graph, place, steps = self._graph, self._graph.place_of[component_id], list[Step]()
        for _ in range(depth):
            tie, before = graph.came_by(int(self._trail.by[place]), against=self._against)
            steps.append(Step(graph.node_at(place).id, tie))
            place = before
        steps.append(Step(graph.node_at(place).id, ""))
        steps.reverse()
        return steps
