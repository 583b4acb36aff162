"""The few statistics that the charts show. Pure."""

from collections.abc import Mapping
from math import ceil, sqrt

_Z = 1.959964
"""Standard deviations that hold 95% of a normal distribution."""


def within(spread: Mapping[int, int], share: float) -> int | None:
    """Return the value within which a share of all lies, by nearest rank; None of nothing.

    ``spread`` says how many have each value. Source: the nearest-rank definition of a percentile.
    """
    rank = ceil(share * sum(spread.values()))
    for value in sorted(spread):
        rank -= spread[value]
        if rank <= 0 and spread[value]:
            return value
    return None


def interval(count: int, total: int) -> tuple[float, float] | None:
    """Return the 95% interval of a share, after Wilson (1927); None of nothing."""
    if total == 0:
        return None
    share, z2 = count / total, _Z * _Z
    middle = share + z2 / (2 * total)
    half = _Z * sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    return max(0.0, (middle - half) / (1 + z2 / total)), min(1.0, (middle + half) / (1 + z2 / total))
