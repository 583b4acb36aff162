"""The shortest paths between what plans move, found in one walk for many of them.

Of several shortest paths it is always the one whose keys come first in the alphabet, whichever way the walk goes.
"""

from collections.abc import Callable, Collection, Mapping

from apps.calendar.rules.reach import Masks, Reach
from apps.catalog.rules.impact import Graph, Tie

Path = tuple[str, ...]
Parts = Collection[int]


class Walks:
    """Walks over a graph that go only where something wanted lies.

    ``bit_of`` numbers the components that may be wanted; ``ahead`` and ``back`` hold, for each knot, those it
    leads to and those that lead to it.
    """

    def __init__(
        self, graph: Graph, reach: Reach, bit_of: Mapping[int, int], ahead: Masks, back: Masks
    ) -> None:
        self._graph, self._reach, self._bit_of = graph, reach, bit_of
        self._ahead, self._back = ahead, back

    def onward(self, starts: Parts, goals: Mapping[int, Parts]) -> dict[int, Path]:
        """Return the nearest path from any of the starts to each goal. No goal holds a start."""
        depth, came_from = self._walk(starts, goals, self._ahead, self._graph.after, lambda tie: tie.target)
        found = {}
        for goal, parts in goals.items():
            near = min(depth[part] for part in parts if part in depth)
            ends = (part for part in parts if depth.get(part) == near)
            found[goal] = min(self._trail(came_from, end) for end in ends)
        return found

    def inward(self, ends: Parts, sources: Mapping[int, Parts]) -> dict[int, Path]:
        """Return the nearest path from each source to any of the ends. No source holds an end."""
        depth, _ = self._walk(ends, sources, self._back, self._graph.before, lambda tie: tie.source)
        found = {}
        for source, parts in sources.items():
            near = min(depth[part] for part in parts if part in depth)
            here = min((part for part in parts if depth.get(part) == near), key=self._key)
            keys = [self._key(here)]
            for left in range(near - 1, -1, -1):
                onward = (tie.target for tie in self._graph.after[here] if depth.get(tie.target) == left)
                here = min(onward, key=self._key)
                keys.append(self._key(here))
            found[source] = tuple(keys)
        return found

    def _walk(
        self,
        starts: Parts,
        goals: Mapping[int, Parts],
        masks: Masks,
        ties: Mapping[int, Collection[Tie]],
        end_of: Callable[[Tie], int],
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Walk level by level until every goal is met; return how far each component is, and from where it came."""
        level = sorted((part for part in starts if part in self._graph.nodes), key=self._key)
        depth, came_from = dict.fromkeys(level, 0), dict[int, int]()
        steps, missing = 0, goals
        knot_of = self._reach.knot_of
        while level and missing:
            steps += 1
            wanted = self._mask(missing)
            found: list[int] = []
            for here in level:
                for tie in ties.get(here, ()):
                    there = end_of(tie)
                    if there not in depth and masks[knot_of[there]] & wanted:
                        depth[there] = steps
                        came_from[there] = here
                        found.append(there)
            level = found
            missing = {goal: parts for goal, parts in missing.items() if depth.keys().isdisjoint(parts)}
        return depth, came_from

    def _mask(self, goals: Mapping[int, Parts]) -> int:
        mask = 0
        for parts in goals.values():
            for part in parts:
                mask |= 1 << self._bit_of[part]
        return mask

    def _trail(self, came_from: Mapping[int, int], end: int) -> Path:
        keys, here = [self._key(end)], end
        while here in came_from:
            here = came_from[here]
            keys.append(self._key(here))
        return tuple(reversed(keys))

    def _key(self, component: int) -> str:
        return self._graph.nodes[component].key
