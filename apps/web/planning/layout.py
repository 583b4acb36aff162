"""Where boxes stand beside each other when their extents overlap, and where shadings run together."""

from collections.abc import Sequence
from dataclasses import dataclass

Extent = tuple[int, int]
"""Steps of a scale, half-open: half hours of a day, quarters of a fortnight."""


@dataclass(frozen=True)
class Spot:
    """Where a box stands: which column of how many. ``None`` instead of a spot means that there is no room."""

    column: int
    columns: int


def side_by_side(extents: Sequence[Extent], most: int) -> list[Spot | None]:
    """Return the spot of each box, at most ``most`` beside each other. Earlier ones in the list come first.

    Boxes that overlap, also through others, share the width alike; one that stands alone has all of it.
    """
    columns = in_rows(extents, most)
    spots: list[Spot | None] = [None] * len(extents)
    for group in _groups([(each, at) for at, each in enumerate(extents) if columns[at] is not None]):
        wide = max(columns[at] or 0 for at in group) + 1
        for at in group:
            column = columns[at]
            spots[at] = None if column is None else Spot(column, wide)
    return spots


def in_rows(extents: Sequence[Extent], most: int) -> list[int | None]:
    """Return the first row of each box on which it meets none before it in the list, or None beyond ``most``."""
    taken: list[list[Extent]] = []
    rows: list[int | None] = []
    for first, last in extents:
        row = next((row for row, used in enumerate(taken) if not _meets(first, last, used)), len(taken))
        if row >= most:
            rows.append(None)
            continue
        if row == len(taken):
            taken.append([])
        taken[row].append((first, last))
        rows.append(row)
    return rows


def run_together(extents: Sequence[Extent]) -> list[tuple[Extent, list[int]]]:
    """Return the extents joined where they meet or touch, each with the places in the list that it is made of."""
    joined: list[tuple[Extent, list[int]]] = []
    for (first, last), at in sorted((each, at) for at, each in enumerate(extents)):
        if joined and first <= joined[-1][0][1]:
            (begins, ends), parts = joined[-1]
            joined[-1] = ((begins, max(ends, last)), [*parts, at])
        else:
            joined.append(((first, last), [at]))
    return joined


def _meets(first: int, last: int, used: list[Extent]) -> bool:
    return any(first < ends and begins < last for begins, ends in used)


def _groups(boxes: Sequence[tuple[Extent, int]]) -> list[list[int]]:
    groups: list[list[int]] = []
    until = 0
    for (first, last), at in sorted(boxes):
        if not groups or first >= until:
            groups.append([])
            until = last
        groups[-1].append(at)
        until = max(until, last)
    return groups
