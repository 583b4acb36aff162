"""Bounds: what a lower and an upper end let through, and which way they move."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from apps.evidence.rules.contracts.changes import Promise
from apps.evidence.rules.contracts.documents import number

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_PAIRED = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}


class Bound(NamedTuple):
    """The end of a range. ``open`` leaves the end itself out."""

    at: float
    open: bool


def bound_moves(name: str, old: dict[str, Any], new: dict[str, Any]) -> Promise | None:
    """Return which way a bound of a column moves; None when the name is that of no bound.

    Ends that exclude and ends that include are judged as one: > 5 and ≥ 5 differ in 5 alone.
    """
    if name not in _LOWER + _UPPER:
        return None
    base = next((plain for plain, sharp in _PAIRED.items() if name in (plain, sharp)), name)
    upper = name in _UPPER
    before, after = bound(base, old, upper=upper), bound(base, new, upper=upper)
    if isinstance(before, str) or isinstance(after, str):
        return Promise.UNCLEAR
    if before == after:
        return Promise.SAME
    return Promise.MORE if narrower(before, after, upper=upper) else Promise.LESS


def bound(base: str, schema: dict[str, Any], *, upper: bool) -> Bound | None | str:
    """Return the end that a schema sets, None where it sets none, or its text where it is no number or time."""
    found: list[Bound] = []
    sharp = schema.get(_PAIRED.get(base, ""))
    plain = schema.get(base)
    if plain is not None:
        at = _at(plain)
        if at is None:
            return str(plain)
        found.append(
            Bound(at, sharp is True)
        )  # Draft 4 and OpenAPI 3.0 say by a flag whether the end is open.
    if sharp is not None and not isinstance(sharp, bool):
        at = _at(sharp)
        if at is None:
            return str(sharp)
        found.append(Bound(at, open=True))
    if not found:
        return None
    return min(found, key=lambda end: (end.at, not end.open)) if upper else max(found)


def narrower(before: Bound | None, after: Bound | None, *, upper: bool) -> bool:
    """Return whether what is let through became less. The two differ."""
    if before is None or after is None:
        return before is None
    if before.at != after.at:
        return (after.at < before.at) == upper
    return after.open


def _at(value: Any) -> float | None:
    found = number(value)
    if found is not None or not isinstance(value, str):
        return found
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
