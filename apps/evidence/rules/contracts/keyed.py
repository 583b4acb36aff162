"""Data contracts as trees of names: lists of things that have a name become mappings, so that order says nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.evidence.rules.contracts.documents import same

_KEYS = {
    "schema": ("name",),
    "properties": ("name",),
    "slaProperties": ("property",),
    "servers": ("server",),
    "support": ("channel",),
    "roles": ("role",),
    "members": ("username", "name"),
    "customProperties": ("property",),
    "authoritativeDefinitions": ("url", "type"),
    "relationships": ("from", "to"),
    "quality": ("name", "id", "metric", "rule", "query", "description", "type"),
}
"""What tells the items of a list apart, after datacontract-cli. The first that an item has is its name."""

_WHOLES = frozenset({"schema", "models", "fields", "properties", "quality", "slaProperties", "relationships"})
_WHOLES |= {"logicalTypeOptions"}
"""What stands for its parts: when all of it appears, each part is what appeared."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place where two trees differ. ``old_owner`` and ``new_owner`` are the mappings that hold it."""

    path: tuple[str, ...]
    before: Any
    after: Any
    old_owner: dict[str, Any]
    new_owner: dict[str, Any]


def keyed(value: Any, name: str = "") -> Any:
    """Return the tree with its lists of named things as mappings. What has no name is called by its place."""
    if isinstance(value, dict):
        tree = {str(key): keyed(item, str(key)) for key, item in value.items()}
        if isinstance(value.get("team"), list):  # A list until 3.0, a mapping with members since 3.1.
            tree["team"] = {"members": keyed(value["team"], "members")}
        return tree
    if name not in _KEYS or not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return value
    found: dict[str, Any] = {}
    for place, item in enumerate(value, 1):
        found[_free(_named(item, name, place), found)] = keyed(item)
    return found


def entries(old: dict[str, Any], new: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Yield each place where two trees differ. A value that is null is not there."""
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if key in _WHOLES:
            before, after = ({} if side is None else side for side in (before, after))
        if isinstance(before, dict) and isinstance(after, dict):
            yield from entries(before, after, (*path, key))
        elif not same(before, after):
            yield Entry((*path, key), before, after, old, new)


def _named(item: dict[str, Any], kind: str, place: int) -> str:
    parts = [str(item[key]) for key in _KEYS[kind] if isinstance(item.get(key), str | int | float)]
    if kind == "relationships":
        parts = [":".join(parts)] if parts else []
    return parts[0][:80] if parts else f"[{place}]"


def _free(name: str, taken: dict[str, Any]) -> str:
    """Tell things of one name apart by their order."""
    number = 2
    free = name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    return free
