"""Comparisons of contracts, for whoever was given one."""

from collections.abc import Iterable

from apps.evidence.models import ContractDifference


def differences_of(comparison_ids: Iterable[int], most: int) -> dict[int, list[ContractDifference]]:
    """Return the gravest differences of each of these comparisons, ``most`` of each; one query."""
    found: dict[int, list[ContractDifference]] = {}
    kept = ContractDifference.objects.filter(comparison__in=set(comparison_ids), position__lte=most)
    for one in kept:
        found.setdefault(one.comparison_id, []).append(one)
    return found
