"""The Merkle tree as it is stored."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from django.db import connection

from apps.audit.rules.merkle import node_hash
from apps.audit.rules.tiles import (
    HASH_BYTES,
    TILE_BITS,
    Edge,
    Place,
    edge_of,
    edge_places,
    hashes_in,
    subtree_place,
)

_TILES_AT_ONCE = 128
_TILES_KEPT = 256


def edge_at(size: int) -> Edge:
    """Return the right edge of the tree as it was at ``size`` leaves."""
    return edge_of(size, _tiles(edge_places(size)))


def roots_at(sizes: Iterable[int]) -> dict[int, bytes]:
    """Return the root of the tree as it was at each of some sizes, in one question."""
    wanted = {size: edge_places(size) for size in sizes}
    tiles = _tiles({place for places in wanted.values() for place in places})
    return {size: edge_of(size, tiles).root() for size in wanted}


def leaf_hashes(size: int) -> Iterator[bytes]:
    """Yield the first ``size`` leaf hashes, side by side, in pieces of at most one megabyte."""
    tiles = -(-size >> TILE_BITS)
    left = size * HASH_BYTES
    for start in range(0, tiles, _TILES_AT_ONCE):
        places = [(0, index) for index in range(start, min(start + _TILES_AT_ONCE, tiles))]
        stored = _tiles(places)
        piece = b"".join(stored.get(place, b"") for place in places)[:left]
        left -= len(piece)
        yield piece


class StoredTree:
    """Subtree hashes from tiles. It keeps the tiles that were asked for last, so that memory stays constant."""

    def __init__(self) -> None:
        self._levels: OrderedDict[Place, list[list[bytes]]] = OrderedDict()

    def __call__(self, height: int, position: int) -> bytes:
        """Return the hash of a perfect subtree; it is a ``merkle.Subtree``."""
        place, where = subtree_place(height, position)
        within = (where.stop - where.start).bit_length() - 1
        return self._levels_of(place)[within][where.start >> within]

    def _levels_of(self, place: Place) -> list[list[bytes]]:
        """Return a tile's row of hashes, and the rows above it as far as they are complete."""
        if place not in self._levels:
            rows = [hashes_in(_tiles([place])[place])]
            while len(rows[-1]) > 1:
                pairs = iter(rows[-1])
                rows.append([node_hash(left, right) for left, right in zip(pairs, pairs, strict=False)])
            self._levels[place] = rows
            if len(self._levels) > _TILES_KEPT:
                self._levels.popitem(last=False)
        self._levels.move_to_end(place)
        return self._levels[place]


def _tiles(places: Iterable[Place]) -> dict[Place, bytes]:
    wanted = list(places)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level, index, data FROM audit_tile "
            "JOIN unnest(%s::int[], %s::bigint[]) AS wanted(level, index) USING (level, index)",
            [[level for level, _ in wanted], [index for _, index in wanted]],
        )
        return {(level, index): bytes(data) for level, index, data in cursor.fetchall()}
