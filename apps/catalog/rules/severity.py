"""How hard a component is hit, from its criticality tier and its distance from what changes.

| tier | high | medium | low |
|---|---|---|---|
| 1 | within 2 steps | further away | |
| 2 | | within 2 steps | further away |
| 3 and 4 | | | at any distance |
"""

from apps.catalog.enums import Severity

NEAR = 2
"""Steps within which an impact is expected to arrive before anyone can step in."""


def severity_of(tier: int, depth: int) -> Severity:
    """Return how hard a component of this tier is hit at this many steps from the change."""
    if tier == 1:
        return Severity.HIGH if depth <= NEAR else Severity.MEDIUM
    if tier == 2 and depth <= NEAR:
        return Severity.MEDIUM
    return Severity.LOW
