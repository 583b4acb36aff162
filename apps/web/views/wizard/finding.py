"""Looking up components inside a step, without leaving it."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.accounts.models import User
from apps.catalog.models import Component
from apps.catalog.selectors import components_visible_to, list_components

MOST_FOUND = 12


@dataclass(frozen=True)
class Find:
    """A component that was looked for; ``chosen`` when it is among the rows already."""

    component: Component
    chosen: bool


@dataclass(frozen=True)
class Finds:
    """What a look-up found, and whether there is more."""

    text: str
    found: list[Find]
    more: bool


def find(user: User, text: str, chosen: Iterable[str]) -> Finds:
    """Return the first components that match; one query."""
    taken = set(chosen)
    rows = list(list_components(user, text=text)[: MOST_FOUND + 1])
    found = [Find(row, row.key in taken) for row in rows[:MOST_FOUND]]
    return Finds(text, found, len(rows) > MOST_FOUND)


def named(user: User, keys: Iterable[str]) -> dict[str, Component]:
    """Return the components in use with these keys; one query."""
    wanted = [key for key in keys if key and "\x00" not in key]
    rows = components_visible_to(user).filter(key__in=wanted, retired_at=None)
    return {row.key: row for row in rows.select_related("owner_team", "owner_person")}
