"""What a period or a limit covers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.catalog.enums import ComponentKind
from apps.core.errors import Invalid

FACETS = ("component", "team", "kind", "tier", "tag", "environment", "change_class")
"""What a scope may ask about. ``environment`` is the stage that the catalog gives a component."""

MOST_VALUES = 200
"""Values that one facet may name. Whoever needs more means a team, a kind or a tag."""

LONGEST = 200
"""Characters of one value."""

Facets = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """A component that a plan moves, with all that a scope can ask about it."""

    id: int
    key: str
    kind: str = ""
    tier: int = 3
    team: str = ""
    tags: tuple[str, ...] = ()
    environment: str = ""


@dataclass(frozen=True)
class Scope:
    """Everything that matches all facets that are named, but nothing that matches any that is left out.

    A scope that names nothing covers everything. Values are texts: keys of components, slugs of teams, "1" to "4".
    """

    covers_all_of: Facets
    leaves_out: Facets

    def covers(self, part: Part, change_class: str = "") -> bool:
        """Return whether a component, moved by a change of this class, falls under it."""
        if not all(_holds(facet, values, part, change_class) for facet, values in self.covers_all_of.items()):
            return False
        return not any(_holds(facet, values, part, change_class) for facet, values in self.leaves_out.items())

    @property
    def everything(self) -> bool:
        """Return whether nothing narrows it."""
        return not self.covers_all_of and not self.leaves_out

    def named(self, facet: str) -> list[str]:
        """Return the values of a facet that it covers, in order."""
        return sorted(self.covers_all_of.get(facet, ()))

    def document(self) -> dict[str, Any]:
        """Return it as it is stored: {"covers": {facet: [values]}, "leaves_out": {…}}, empty parts left out."""
        parts = {"covers": self.covers_all_of, "leaves_out": self.leaves_out}
        return {
            name: {facet: sorted(values) for facet, values in sorted(facets.items())}
            for name, facets in parts.items()
            if facets
        }


EVERYTHING = Scope({}, {})


def scope_from(document: Mapping[str, Any]) -> Scope:
    """Return the scope that a document holds.

    Raises:
        Invalid: with ``scope`` or ``leaves_out`` and a sentence: a facet or a value that there cannot be.
    """
    if not isinstance(document, Mapping):
        raise Invalid({"scope": ["A scope names facets, such as {“covers”: {“tier”: [“1”]}}."]})
    unknown = set(document) - {"covers", "leaves_out"}
    if unknown:
        raise Invalid({"scope": [f"A scope has no part “{min(map(str, unknown))}”."]})
    covers = _facets(document.get("covers") or {}, "scope")
    return Scope(covers, _facets(document.get("leaves_out") or {}, "leaves_out"))


def stored_scope(document: Mapping[str, Any]) -> Scope:
    """Return the scope that a row holds. It was checked when it was written, and a check reads hundreds of them."""
    covers, leaves_out = document.get("covers") or {}, document.get("leaves_out") or {}
    return Scope(
        {facet: frozenset(values) for facet, values in covers.items()},
        {facet: frozenset(values) for facet, values in leaves_out.items()},
    )


def scope_of_one(facet: str, *values: str) -> Scope:
    """Return the scope that names one facet."""
    return scope_from({"covers": {facet: list(values)}})


def _facets(given: Mapping[str, Any], field: str) -> Facets:
    if not isinstance(given, Mapping):
        raise Invalid({field: ["Name facets, each with its values."]})
    return {str(facet): _values(str(facet), values, field) for facet, values in given.items() if values}


def _values(facet: str, given: Iterable[Any], field: str) -> frozenset[str]:
    if facet not in FACETS:
        raise Invalid(
            {field: [f"There is no “{facet[:40]}” to choose by. Choose from: {', '.join(FACETS)}."]}
        )
    if not isinstance(given, list | tuple | set | frozenset) or not all(
        isinstance(value, str | int) and 0 < len(str(value)) <= LONGEST for value in given
    ):
        raise Invalid({field: [f"Give the values of {facet} as a list of texts."]})
    values = frozenset(str(value) for value in given)
    if len(values) > MOST_VALUES:
        raise Invalid({field: [f"Name at most {MOST_VALUES} values of {facet}."]})
    allowed = {"tier": {"1", "2", "3", "4"}, "kind": set(ComponentKind.values)}.get(facet)
    wrong = sorted(values - allowed) if allowed else []
    if wrong:
        raise Invalid({field: [f"“{wrong[0]}” is no {facet}."]})
    return values


def _holds(facet: str, values: frozenset[str], part: Part, change_class: str) -> bool:
    match facet:
        case "component":
            return part.key in values
        case "team":
            return part.team in values
        case "kind":
            return part.kind in values
        case "tier":
            return str(part.tier) in values
        case "tag":
            return not values.isdisjoint(part.tags)
        case "environment":
            return part.environment in values
    return change_class in values
