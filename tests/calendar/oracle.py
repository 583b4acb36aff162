"""What the conflict engine must find, worked out the slow way: every minute, every pair, every walk."""

from collections import deque
from datetime import datetime, timedelta

from apps.calendar.enums import ConflictKind
from apps.calendar.rules import Plan
from apps.catalog.rules.impact import Graph

MINUTE = timedelta(minutes=1)


def minutes(plan: Plan) -> set[datetime]:
    length = int((plan.end - plan.start) / MINUTE)
    return {plan.start + MINUTE * step for step in range(length)}


def distances(graph: Graph, start: int) -> dict[int, int]:
    """Return how many ties away each component is that a change of ``start`` reaches."""
    onward: dict[int, set[int]] = {}
    for tie in graph.ties:
        onward.setdefault(tie.source, set()).add(tie.target)
    found, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for there in onward.get(here, ()):
            if there not in found:
                found[there] = found[here] + 1
                queue.append(there)
    return found


def expected(graph: Graph, plans: list[Plan]) -> dict[tuple[str, int, int], int]:
    """Return (kind, lower id, higher id) → how many components the shortest path holds."""
    found: dict[tuple[str, int, int], int] = {}
    for one in plans:
        for two in plans:
            if one.id == two.id or not minutes(one) & minutes(two):
                continue
            first, other = sorted((one.id, two.id))
            if one.parts.keys() & two.parts.keys():
                found[ConflictKind.SAME_COMPONENT, first, other] = 1
            lengths = [
                far + 1
                for start in one.parts
                for end, far in distances(graph, start).items()
                if end in two.parts and end not in one.parts
            ]
            if lengths:
                key = (ConflictKind.DEPENDENCY, first, other)
                found[key] = min(min(lengths), found.get(key, 10**6))
    return found
