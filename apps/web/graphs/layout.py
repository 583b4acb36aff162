"""Puts boxes into columns and rows with as few crossings as a layered layout finds, the same each time."""

import logging
from dataclasses import dataclass

from fast_sugiyama import from_edges

# The engine tells every step of its work, on every picture.
for _name in ("rust-sugiyama", "connected_components"):
    logging.getLogger(_name).setLevel(logging.WARNING)

Edge = tuple[int, int]


@dataclass
class Grid:
    """Column of each box and of each bend of a line, and how far down it is."""

    columns: dict[int, int]
    downs: dict[int, float]
    chains: dict[Edge, list[int]]


@dataclass(frozen=True)
class _Part:
    """One connected part as the layout engine gives it: it grows upwards, in steps of one pitch."""

    positions: dict[int, tuple[float, float]]
    width: float
    height: float
    links: list[Edge]


def grid_of(count: int, edges: list[Edge], pitch: float) -> Grid:
    """Place boxes 0 to count - 1. Lone boxes go below the rest, several to a row. ``pitch`` is a row in pixels."""
    forward = _without_cycles(count, edges)
    grid = Grid({}, {}, {})
    depth, bends = 0.0, count
    for part in _parts(sorted(forward), pitch):
        names: dict[int, int] = {}
        for at in sorted(part.positions):
            names[at] = at if at >= 0 else bends
            bends += at < 0
        for at, (across, up) in part.positions.items():
            grid.columns[names[at]] = round((part.height - up) / pitch)
            grid.downs[names[at]] = depth + across
        grid.chains |= _chains([(names[a], names[b]) for a, b in part.links], count)
        depth += part.width + pitch
    _place_lone(grid, count, depth, pitch)
    turned = [(a, b) for a, b in edges if (a, b) not in forward]
    grid.chains |= {(a, b): grid.chains[b, a][::-1] for a, b in turned if (b, a) in grid.chains}
    return grid


def _place_lone(grid: Grid, count: int, depth: float, pitch: float) -> None:
    per_row = max(grid.columns.values(), default=3) + 1
    lone = [at for at in range(count) if at not in grid.columns]
    for place, at in enumerate(lone):
        grid.columns[at], grid.downs[at] = place % per_row, depth + (place // per_row) * pitch


def _parts(edges: list[Edge], pitch: float) -> list[_Part]:
    """Return the layout of each connected part, the one with the first box first."""
    return [_part(part, pitch) for part in _connected(edges)]


def _part(edges: list[Edge], pitch: float) -> _Part:
    """Lay out one connected part.

    The engine is handed one part at a time, its boxes numbered without gaps, because it numbers the bends of its
    lines after them and mixes the two up otherwise; and never a cycle, which would end the whole process.
    """
    used = sorted({at for edge in edges for at in edge})
    place = {at: number for number, at in enumerate(used)}
    ((positions, width, height, links),) = from_edges(
        [(place[a], place[b]) for a, b in edges], vertex_spacing=pitch
    )
    return _Part(
        {_own(int(at), used): (float(x), float(y)) for at, (x, y) in positions},
        float(width),
        float(height),
        [(_own(int(a), used), _own(int(b), used)) for a, b in links or []],
    )


def _connected(edges: list[Edge]) -> list[list[Edge]]:
    """Return the edges of each connected part, the part with the lowest box first."""
    beside: dict[int, list[int]] = {}
    for a, b in edges:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    part_of: dict[int, int] = {}
    for start in sorted(beside):
        waiting = [] if start in part_of else [start]
        while waiting:
            here = waiting.pop()
            if here not in part_of:
                part_of[here] = start
                waiting += beside[here]
    parts: dict[int, list[Edge]] = {}
    for edge in edges:
        parts.setdefault(part_of[edge[0]], []).append(edge)
    return [parts[first] for first in sorted(parts)]


def _own(number: int, used: list[int]) -> int:
    """Return a box by its own number, and a bend as a negative one."""
    return used[number] if number < len(used) else len(used) - number - 1


def _without_cycles(count: int, edges: list[Edge]) -> set[Edge]:
    """Return the edges with each that closes a cycle turned round."""
    after: dict[int, list[int]] = {}
    for source, target in sorted(edges):
        after.setdefault(source, []).append(target)
    done, onway = set[int](), set[int]()
    forward: set[Edge] = set()
    fed = {target for _, target in edges}
    for start in sorted(range(count), key=lambda at: (at in fed, at)):
        if start in done:
            continue
        stack = [(start, iter(after.get(start, [])))]
        onway.add(start)
        while stack:
            here, following = stack[-1]
            there = next(following, None)
            if there is None:
                stack.pop()
                onway.discard(here)
                done.add(here)
            elif there in onway:
                forward.add((there, here))
            else:
                forward.add((here, there))
                if there not in done:
                    onway.add(there)
                    stack.append((there, iter(after.get(there, []))))
    return forward


def _chains(links: list[Edge], count: int) -> dict[Edge, list[int]]:
    """Return, for each edge, the stops of its line: both boxes and the bends between them."""
    onward = {source: target for source, target in links if source >= count}
    found = {}
    for source, target in links:
        if source < count:
            stops = [source, target]
            while stops[-1] >= count:
                stops.append(onward[stops[-1]])
            found[source, stops[-1]] = stops
    return found
