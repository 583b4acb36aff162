"""The ties of the graph as arrays: whom each place leads to, and the walks that need no more than that.

A place is a number from 0. The links of all places stand in one array, place by place (compressed sparse rows), so
that a walk takes a whole level at a time, and 250,000 ties are three arrays and not 250,000 objects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int32]
"""Places, or how many steps away each place is."""

NOWHERE = -1
"""The depth of a place that a walk did not come to."""


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The links of place ``p`` are those from ``first[p]`` up to ``first[p + 1]``; ``ends`` says where each leads."""

    first: Places
    ends: Places

    @classmethod
    def between(cls, starts: Places, ends: Places, places: int) -> tuple[Self, NDArray[np.intp]]:
        """Return the links from ``starts`` to ``ends``, and which pair each one was.

        The links of a place keep the order in which they came.
        """
        order = np.argsort(starts, kind="stable")
        first = np.zeros(places + 1, np.int32)
        np.cumsum(np.bincount(starts, minlength=places), out=first[1:])
        return cls(first, ends[order]), order

    @property
    def places(self) -> int:
        """Return how many places there are."""
        return len(self.first) - 1

    def leaving(self, level: Places) -> Places:
        """Return the numbers of the links that leave these places, place by place."""
        first = self.first.take(level)
        many = self.first.take(level + 1) - first
        upto = np.cumsum(many, dtype=np.int32)
        return np.repeat(first - upto + many, many) + np.arange(upto[-1] if upto.size else 0, dtype=np.int32)

    def of(self, place: int) -> range:
        """Return the numbers of the links that leave one place."""
        return range(int(self.first[place]), int(self.first[place + 1]))

    def turned(self) -> "Links":
        """Return the links with each one turned round."""
        starts = np.repeat(np.arange(self.places, dtype=np.int32), np.diff(self.first))
        return Links.between(self.ends, starts, self.places)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """What a walk came to, level by level, and by which link it came to each place (see :func:`walk`)."""

    levels: Sequence[Places]
    by: Places


def walk(links: Links, starts: Places, depth: int | None) -> Trail:
    """Walk level by level; each place is come to by the first of the shortest ways, in the order of the places.

    The places of a level stand in the order of their ways: the way of the place before, then the link. So of two
    ways that are as long, the one wins that differs first in a place that comes first. ``starts`` must be sorted.
    """
    seen = np.zeros(links.places, bool)
    seen[starts] = True
    by, turn = np.empty(links.places, np.int32), np.empty(links.places, np.int32)
    levels: list[Places] = []
    level = starts
    while level.size and (depth is None or len(levels) < depth):
        taken = links.leaving(level)
        ends = links.ends.take(taken)
        new = ~seen.take(ends)
        taken, ends = taken[new], ends[new]
        foremost = _foremost(ends, turn)
        level = ends[foremost]
        seen[level] = True
        by[level] = taken[foremost]
        if level.size:
            levels.append(level)
    return Trail(levels, by)


def _foremost(places: Places, turn: Places) -> NDArray[np.bool_]:
    """Return where each place stands for the first time. ``turn`` is room to work in, one number a place."""
    turns = np.arange(places.size, dtype=np.int32)
    turn[places[::-1]] = turns[::-1]  # of several numbers for one place, the last that is written stays
    return turn.take(places) == turns


def depths(links: Links, starts: Places, bounds: Sequence[int]) -> Places:
    """Return how many steps away each place is; :data:`NOWHERE` for those that are too far.

    The places stand in as many storeys of equal size as there are bounds. A bound is the most steps that lead to a
    place of its storey.
    """
    storey = links.places // len(bounds)
    found = np.full(links.places, NOWHERE, np.int32)
    turn = np.empty(links.places, np.int32)
    level, steps = starts, 0
    found[level] = 0
    while level.size:
        steps += 1
        ends = links.ends.take(links.leaving(level))
        ends = ends[found.take(ends) == NOWHERE]
        for place, bound in enumerate(bounds):
            if steps > bound:
                ends = ends[(ends < place * storey) | (ends >= (place + 1) * storey)]
        level = ends[_foremost(ends, turn)]
        found[level] = steps
    return found
