"""Lists: what stands at each place, and after the last place that is told apart."""

from typing import Any

from apps.evidence.rules.contracts.objects import Compare
from apps.evidence.rules.contracts.walking import Place, Walk


def compare_lists(
    walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place
) -> None:
    """Note how what two schemas say about the items of a list differs."""
    (first, rest), (second, others) = _items(old), _items(new)
    for index in range(max(len(first), len(second))):
        before = first[index] if index < len(first) else rest
        after = second[index] if index < len(second) else others
        compare(walk, before, after, place.at("prefixItems", str(index), name=f"[{index}]"))
    compare(walk, rest, others, place.at("items", name="[]"))


def _items(schema: dict[str, Any]) -> tuple[list[Any], Any]:
    """Return the schemas of the first items, and of all others. Until 2019-09, ``items`` itself could be a list."""
    items = schema.get("items", True)
    if isinstance(items, list):
        return items, schema.get("additionalItems", True)
    first = schema.get("prefixItems")
    return (first if isinstance(first, list) else []), items
