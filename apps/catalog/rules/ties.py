"""Components and the ties between them, as an impact sees them: one by one, or 250,000 as a table."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.catalog.enums import DependencyKind

KINDS = DependencyKind.values
KIND_ORDER = {kind: place for place, kind in enumerate(KINDS)}
WRITES = KIND_ORDER[DependencyKind.WRITES]
NO_CONTRACT = -1

TIES = np.dtype([("source", "i8"), ("target", "i8"), ("kind", "i1"), ("contract", "i8")])
"""A table of ties: the ids of both ends, the place of the kind in the enumeration, the contract or -1."""


@dataclass(frozen=True, slots=True)
class Node:
    """What the walk, the pictures and the scopes of freezes need to know of a component."""

    id: int
    key: str
    kind: str
    label: str
    tier: int
    team_id: int | None
    team: str = ""
    tags: tuple[str, ...] = ()
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """One dependency as an impact sees it: from where it starts to where it arrives."""

    source: int
    target: int
    kind: str
    contract_id: int | None


def tie_of(consumer: int, provider: int, kind: str, contract_id: int | None) -> Tie:
    """Return the tie of a dependency, turned so that the impact runs from source to target."""
    if kind == DependencyKind.WRITES:
        return Tie(consumer, provider, kind, contract_id)
    return Tie(provider, consumer, kind, contract_id)


Table = NDArray[np.void]
"""Rows of :data:`TIES`."""


def table_of(dependencies: Iterable[tuple[int, int, str, int | None]]) -> Table:
    """Return the ties of dependencies, each given as consumer, provider, kind and contract."""
    rows = (
        (provider, consumer, KIND_ORDER[kind], NO_CONTRACT if contract is None else contract)
        for consumer, provider, kind, contract in dependencies
    )
    table = np.fromiter(rows, TIES)
    turned = table["kind"] == WRITES
    table["source"][turned], table["target"][turned] = table["target"][turned], table["source"][turned]
    return table


def table_of_ties(ties: Iterable[Tie]) -> Table:
    """Return ties that are objects as a table."""
    rows = (
        (
            tie.source,
            tie.target,
            KIND_ORDER[tie.kind],
            NO_CONTRACT if tie.contract_id is None else tie.contract_id,
        )
        for tie in ties
    )
    return np.fromiter(rows, TIES)
