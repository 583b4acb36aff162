"""What a plan only reaches, and that is frozen while it runs."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from apps.calendar.enums import ConflictKind
from apps.calendar.rules.findings import Finding
from apps.calendar.rules.plans import InForce, Plan
from apps.calendar.rules.rulebook import Rulebook
from apps.calendar.rules.scopes import Scope
from apps.catalog.rules.impact import Graph

MOST_KEPT = 2_000
"""Scopes whose places are kept for one graph; some bytes for each component that a scope covers."""

Places = NDArray[np.intp]


class Reaching:
    """Finds the freezes that plans reach into, on one graph and under one rulebook."""

    def __init__(self, graph: Graph, rulebook: Rulebook) -> None:
        self._graph, self._rulebook, self._ground = graph, rulebook, _ground_of(graph)

    def into(self, plan: Plan, frozen: Sequence[InForce]) -> Iterator[Finding]:
        """Return the nearest freeze, of some in order of time, that covers what a plan reaches. It is one at most.

        A change that reaches hundreds of components reaches into many freezes: the nearest tells what to look at.
        """
        if not frozen:
            return
        covered = [self._ground.covered(one.scope, plan.change_class) for one in frozen]
        marked = np.zeros(len(self._graph.ids), bool)
        for places in covered:
            marked[places] = True
        reads, writes = self._rulebook.reads, self._rulebook.writes
        path = self._graph.spread(plan.parts, reads=reads, writes=writes).path_to_any(marked)
        if path:
            place = self._graph.place_of[self._graph.id_of[path[-1]]]
            one = next(one for one, places in zip(frozen, covered, strict=True) if place in places)
            start, end = max(plan.start, one.start), min(plan.end, one.end)
            yield Finding(ConflictKind.REACHES_FROZEN, plan.id, start, end, period=one.period, path=path)


class _Ground:
    """The places of a graph by what a scope can ask about a component. It answers as ``Scope.covers`` does."""

    def __init__(self, graph: Graph) -> None:
        self._size = len(graph.ids)
        found: dict[tuple[str, str], list[int]] = {}
        for place in range(self._size):
            node = graph.node_at(place)
            one_of = {
                "component": node.key,
                "team": node.team,
                "kind": node.kind,
                "tier": str(node.tier),
                "environment": node.stage,
            }
            for asked in (*one_of.items(), *(("tag", tag) for tag in node.tags)):
                found.setdefault(asked, []).append(place)
        self._places = {asked: np.array(places, np.intp) for asked, places in found.items()}
        self._kept: dict[object, Places] = {}

    def covered(self, scope: Scope, change_class: str) -> Places:
        """Return the places that a scope covers for a change of a class, in order."""
        key = (
            frozenset(scope.covers_all_of.items()),
            frozenset(scope.leaves_out.items()),
            change_class,
        )
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._covered(scope, change_class)
        return self._kept[key]

    def _covered(self, scope: Scope, change_class: str) -> Places:
        held = np.ones(self._size, bool)
        for facet, values in scope.covers_all_of.items():
            held &= self._holding(facet, values, change_class)
        for facet, values in scope.leaves_out.items():
            held &= ~self._holding(facet, values, change_class)
        return np.flatnonzero(held)

    def _holding(self, facet: str, values: Iterable[str], change_class: str) -> NDArray[np.bool_]:
        if facet == "change_class":
            return np.full(self._size, change_class in values)
        held = np.zeros(self._size, bool)
        for value in values:
            held[self._places.get((facet, value), _NONE)] = True
        return held


_NONE = np.empty(0, np.intp)


@lru_cache(maxsize=1)
def _ground_of(graph: Graph) -> _Ground:
    """Return the ground of a graph; that of the graph in use is kept, for it takes a look at every component."""
    return _Ground(graph)
