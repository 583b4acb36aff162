"""Which plans meet: at the same time, and on the same component or through the graph.

The plans are walked in the order in which they start, with those still running at hand. A plan asks once for all
that it shares with them and once for all that it can reach among them; nobody asks about each pair.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.calendar.enums import ConflictKind
from apps.calendar.rules.paths import Path, Walks
from apps.calendar.rules.reach import Masks, reach_of
from apps.catalog.rules.impact import Graph


@dataclass(frozen=True, slots=True)
class Part:
    """A component that a plan moves, with all that a freeze can ask about it."""

    id: int
    key: str
    kind: str
    tier: int
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Something that moves parts during [start, end)."""

    id: int
    start: datetime
    end: datetime
    parts: Mapping[int, Part]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two plans that meet. ``first`` is the lower id; the path runs from it unless ``forward`` is false."""

    kind: ConflictKind
    first: int
    other: int
    path: tuple[str, ...]
    forward: bool = True


@dataclass
class _Running:
    """The plans that have begun and not ended, by what they move."""

    mask: int = 0
    _by_bit: dict[int, dict[int, Plan]] = field(default_factory=dict)
    _ends: list[tuple[datetime, int, Plan]] = field(default_factory=list)

    def start(self, plan: Plan, bits: Iterable[int]) -> None:
        heapq.heappush(self._ends, (plan.end, plan.id, plan))
        for bit in bits:
            self._by_bit.setdefault(bit, {})[plan.id] = plan
            self.mask |= 1 << bit

    def end_before(self, moment: datetime, bit_of: Mapping[int, int]) -> None:
        while self._ends and self._ends[0][0] <= moment:
            plan = heapq.heappop(self._ends)[2]
            for part in plan.parts:
                bit = bit_of[part]
                del self._by_bit[bit][plan.id]
                if not self._by_bit[bit]:
                    self.mask &= ~(1 << bit)

    def moving(self, mask: int) -> dict[int, Plan]:
        return {plan.id: plan for bit in _bits(mask & self.mask) for plan in self._by_bit[bit].values()}


def meetings(graph: Graph, plans: Collection[Plan], focus: Collection[int]) -> list[Meeting]:
    """Return every meeting of a plan of ``focus`` (ids) with any other of the plans.

    Two plans meet on the same component when both move it, and through the graph when what one moves leads to a
    component that the other alone moves. The path is the shortest, either way round; of several, the one whose
    keys come first in the alphabet.
    """
    search = _Search(graph, plans)
    shared, tied = search.sweep(set(focus))
    return [*search.same(shared), *search.through(tied)]


class _Search:
    def __init__(self, graph: Graph, plans: Collection[Plan]) -> None:
        self.graph, self.plans = graph, {plan.id: plan for plan in plans}
        moved = sorted({part for plan in plans for part in plan.parts})
        self.bit_of = {part: bit for bit, part in enumerate(moved)}
        self.reach = reach_of(graph)
        self.ahead: Masks = self.reach.masks(self.bit_of)
        self.back: Masks = self.reach.masks_back(self.bit_of)

    def sweep(self, focus: set[int]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        """Return the pairs that share a component, and the pairs (source, target) tied through the graph."""
        everyone, watched = _Running(), _Running()
        shared: set[tuple[int, int]] = set()
        tied: set[tuple[int, int]] = set()
        for plan in sorted(self.plans.values(), key=lambda each: (each.start, each.id)):
            bits = [self.bit_of[part] for part in plan.parts]
            own = sum(1 << bit for bit in bits)
            others = everyone if plan.id in focus else watched
            for running in (everyone, watched):
                running.end_before(plan.start, self.bit_of)
            shared |= {_pair(plan.id, other) for other in others.moving(own)}
            onward = self.reach.of(self.ahead, plan.parts) & ~own
            tied |= {(plan.id, other) for other in others.moving(onward)}
            tied |= self._arriving(plan, own, others)
            everyone.start(plan, bits)
            if plan.id in focus:
                watched.start(plan, bits)
        return shared, tied

    def _arriving(self, plan: Plan, own: int, others: _Running) -> set[tuple[int, int]]:
        """Return the running plans that lead to a part of this plan which they do not move themselves."""
        leading = others.moving(self.reach.of(self.back, plan.parts))
        return {
            (other.id, plan.id)
            for other in leading.values()
            if self.reach.of(self.ahead, other.parts) & own & ~self._mask(other.parts)
        }

    def same(self, pairs: set[tuple[int, int]]) -> Iterator[Meeting]:
        for first, other in sorted(pairs):
            ours, theirs = self.plans[first].parts, self.plans[other].parts
            key = min(ours[part].key for part in ours.keys() & theirs.keys())
            yield Meeting(ConflictKind.SAME_COMPONENT, first, other, (key,))

    def through(self, ties: set[tuple[int, int]]) -> Iterator[Meeting]:
        found: dict[tuple[int, int], tuple[Path, bool]] = {}
        for source, target, path in self._paths(ties):
            pair, forward = _pair(source, target), source < target
            if pair not in found or (len(path), path) < (len(found[pair][0]), found[pair][0]):
                found[pair] = (path, forward)
        for (first, other), (path, forward) in sorted(found.items()):
            yield Meeting(ConflictKind.DEPENDENCY, first, other, path, forward)

    def _paths(self, ties: set[tuple[int, int]]) -> Iterator[tuple[int, int, Path]]:
        """Walk from each side that is tied to more others, so that one walk answers for many pairs."""
        walks = Walks(self.graph, self.reach, self.bit_of, self.ahead, self.back)
        onward, inward = self._sides(ties)
        for source, targets in onward.items():
            ours = self.plans[source].parts
            goals = {target: self.plans[target].parts.keys() - ours.keys() for target in targets}
            for target, path in walks.onward(ours.keys(), goals).items():
                yield source, target, path
        for target, sources in inward.items():
            starts = {source: self.plans[source].parts.keys() for source in sources}
            for source, path in walks.inward(self.plans[target].parts.keys(), starts).items():
                yield source, target, path

    def _sides(self, ties: set[tuple[int, int]]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        from_source = Counter(source for source, _ in ties)
        to_target = Counter(target for _, target in ties)
        onward: dict[int, list[int]] = {}
        inward: dict[int, list[int]] = {}
        for source, target in sorted(ties):
            shared = not self.plans[source].parts.keys().isdisjoint(self.plans[target].parts.keys())
            # Walked against the ties, a part that both move would end every path before it starts.
            if shared or from_source[source] >= to_target[target]:
                onward.setdefault(source, []).append(target)
            else:
                inward.setdefault(target, []).append(source)
        return onward, inward

    def _mask(self, parts: Iterable[int]) -> int:
        mask = 0
        for part in parts:
            mask |= 1 << self.bit_of[part]
        return mask


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _pair(one: int, two: int) -> tuple[int, int]:
    return (one, two) if one < two else (two, one)
