"""The arithmetic of quorums: whether a round can still be met, when nobody fills two roles in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from apps.approvals.rules.signing import Ask

MOST_STEPS = 5_000
"""How far the search goes. Beyond that a round counts as one that can be met: it waits, and is never ended wrongly."""


def unreachable(asks: Iterable[Ask], taken: Mapping[int, str] | None = None) -> Ask | None:
    """Return an ask whose quorum cannot be reached, or None when there is a way to meet them all.

    A person may meet many asks of one role, but never asks of two roles. So it is not enough that each ask
    has people: they must still be there when each person has taken one role. ``taken`` holds the roles that
    people have filled already.
    """
    used = taken or {}
    asks = sorted(asks, key=lambda ask: len(ask.eligible) - ask.quorum)
    for ask in asks:
        if sum(1 for person in ask.eligible if used.get(person, ask.role) == ask.role) < ask.quorum:
            return ask
    left = [one for one in (_left(ask, used) for ask in asks) if one.missing > 0]
    if not left:
        return None
    crowded = _crowded(left)
    if crowded is not None:
        return crowded
    return None if _Search(left).finds_a_way() else left[0].ask


@dataclass(frozen=True)
class _Left:
    """What an ask still misses, and the people who have taken no role yet and could give it."""

    ask: Ask
    missing: int
    free: frozenset[int]


def _left(ask: Ask, used: Mapping[int, str]) -> _Left:
    given = sum(1 for person in ask.eligible if used.get(person) == ask.role)
    return _Left(ask, ask.quorum - given, frozenset(one for one in ask.eligible if one not in used))


def _crowded(left: Sequence[_Left]) -> Ask | None:
    """Return an ask for which too few are left, because others want the same people for other roles.

    Of each role it takes one ask at most. Asks of different roles share nobody, so together they need at least as many
    people as they miss (P. Hall, 1935). It finds at once what the search below would look for at length.
    """
    by_role: dict[str, list[_Left]] = {}
    for one in sorted(left, key=_slack):
        by_role.setdefault(one.ask.role, []).append(one)
    for chosen in product(*([None, *each[:_LOOKED_AT]] for each in by_role.values())):
        wanted = [one for one in chosen if one is not None]
        if len(frozenset[int]().union(*(one.free for one in wanted))) < sum(one.missing for one in wanted):
            return min(wanted, key=_slack).ask
    return None


_LOOKED_AT = 4
"""The asks of each role that are held against those of the others: the ones with the fewest people to spare."""


def _slack(one: _Left) -> int:
    return len(one.free) - one.missing


class _Search:
    """A search over groups of people, each of those who could meet the same asks: within a group all are alike."""

    def __init__(self, left: Sequence[_Left]) -> None:
        self._roles = [one.ask.role for one in left]
        self._missing = [one.missing for one in left]
        wants: dict[int, list[int]] = {}
        for place, one in enumerate(left):
            for person in one.free:
                wants.setdefault(person, []).append(place)
        groups = Counter(tuple(places) for places in wants.values())
        for places in [group for group in groups if self._is_settled(group)]:
            for place in places:
                self._missing[place] -= groups[places]
            del groups[places]
        # Those whom the fewest roles want come first: nobody else misses them.
        self._groups = sorted(groups, key=self._wanted_as)
        self._sizes = [groups[group] for group in self._groups]
        self._having = [
            [at for at, group in enumerate(self._groups) if place in group] for place in range(len(left))
        ]
        self._in_vain: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        self._steps = 0

    def _wanted_as(self, group: tuple[int, ...]) -> int:
        return len({self._roles[place] for place in group})

    def _is_settled(self, group: tuple[int, ...]) -> bool:
        """Return whether only one role wants these people: then each of them can take it."""
        return self._wanted_as(group) == 1

    def finds_a_way(self) -> bool:
        """Return whether every ask can be met, or the search was given up."""
        return self._way(tuple(max(0, one) for one in self._missing), tuple(self._sizes))

    def _way(self, missing: tuple[int, ...], sizes: tuple[int, ...]) -> bool:
        state = missing, sizes
        self._steps += 1
        if not any(missing) or self._steps > MOST_STEPS:
            return True
        if state in self._in_vain:
            return False
        spare = {
            place: sum(sizes[at] for at in self._having[place]) - wanted
            for place, wanted in enumerate(missing)
            if wanted
        }
        place = min(spare, key=lambda one: spare[one])
        if spare[place] >= 0 and any(
            self._way(*self._after(missing, sizes, place, chosen))
            for chosen in _splits(missing[place], [sizes[at] for at in self._having[place]])
        ):
            return True
        self._in_vain.add(state)
        return False

    def _after(
        self, missing: tuple[int, ...], sizes: tuple[int, ...], place: int, chosen: Sequence[int]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return what is missing and who is left when so many of each group take the role of one ask."""
        still, rest = list(missing), list(sizes)
        for at, number in zip(self._having[place], chosen, strict=True):
            rest[at] -= number
            for other in self._groups[at]:
                if self._roles[other] == self._roles[place]:
                    still[other] = max(0, still[other] - number)
        return tuple(still), tuple(rest)


def _splits(number: int, sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every way to take ``number`` people from groups of these sizes, as many as can be from the first."""
    if not sizes:
        if number == 0:
            yield ()
        return
    fewest = max(0, number - sum(sizes[1:]))
    for first in range(min(number, sizes[0]), fewest - 1, -1):
        for rest in _splits(number - first, sizes[1:]):
            yield first, *rest
