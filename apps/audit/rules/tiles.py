"""Tiles: the tree's hashes in rows of 256, kept for every eighth height (c2sp.org/tlog-tiles).

Level ``n`` holds the hashes at height ``8 * n``; a hash is there once the subtree below it is complete.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.audit.rules.merkle import fold, frontier_of, perfect_root

HASH_BYTES = 32
TILE_BITS = 8
TILE_WIDTH = 1 << TILE_BITS

Place = tuple[int, int]
"""Level and index of a tile."""


@dataclass
class Edge:
    """The right edge of a tree: for each level, the hashes of the tile that is not full yet."""

    size: int
    tails: list[list[bytes]]

    def root(self) -> bytes:
        """Return the tree's root."""
        return fold([root for tail in reversed(self.tails) for root in frontier_of(tail)])

    def extend(self, leaf_hashes: Iterable[bytes]) -> dict[Place, bytes]:
        """Append leaves, and return every tile that changed with its content."""
        changed: dict[Place, bytes] = {}
        fresh, level = list(leaf_hashes), 0
        size = self.size + len(fresh)
        while fresh:
            if level == len(self.tails):
                self.tails.append([])
            first = self.size >> TILE_BITS * (level + 1)
            tiles = _rows(self.tails[level] + fresh)
            changed |= {(level, first + at): b"".join(tile) for at, tile in enumerate(tiles)}
            full = [tile for tile in tiles if len(tile) == TILE_WIDTH]
            self.tails[level] = tiles[-1] if len(tiles) > len(full) else []
            fresh, level = [perfect_root(tile) for tile in full], level + 1
        self.size = size
        return changed


def edge_places(size: int) -> dict[Place, int]:
    """Return the tiles that hold the right edge of a tree, each with the number of its hashes that count."""
    places = {}
    level, count = 0, size
    while count:
        if count % TILE_WIDTH:
            places[level, count >> TILE_BITS] = count % TILE_WIDTH
        level, count = level + 1, count >> TILE_BITS
    return places


def edge_of(size: int, tiles: dict[Place, bytes]) -> Edge:
    """Return a tree's right edge from the tiles that ``edge_places`` names; a missing one counts as empty."""
    places = edge_places(size)
    levels = max((level for level, _ in places), default=-1) + 1
    tails: list[list[bytes]] = [[] for _ in range(levels)]
    for (level, index), count in places.items():
        tails[level] = hashes_in(tiles.get((level, index), b""))[:count]
    return Edge(size, tails)


def hashes_in(data: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def subtree_place(height: int, position: int) -> tuple[Place, slice]:
    """Return the tile that holds the row below a perfect subtree, and where in it the row stands."""
    level, within = divmod(height, TILE_BITS)
    index, offset = divmod(position << within, TILE_WIDTH)
    return (level, index), slice(offset, offset + (1 << within))


def _rows(hashes: list[bytes]) -> list[list[bytes]]:
    return [hashes[start : start + TILE_WIDTH] for start in range(0, len(hashes), TILE_WIDTH)]
