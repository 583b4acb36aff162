"""Schemas, keyword by keyword: which values they let through, apart from what is inside objects and lists."""

from typing import Any

from apps.evidence.rules.contracts.bounds import Bound, bound, narrower
from apps.evidence.rules.contracts.changes import shown, told, what_of
from apps.evidence.rules.contracts.documents import frozen, number, same
from apps.evidence.rules.contracts.walking import Move, Place, Side, Walk

_ALL = frozenset(("null", "boolean", "object", "array", "number", "string"))
_WITHIN = {"int32": "int64", "float": "double", "int8": "int32", "int16": "int32"}
_BOUNDS = (
    ("minimum", "maximum", "value"),
    ("minLength", "maxLength", "length"),
    ("minItems", "maxItems", "number of items"),
    ("minProperties", "maxProperties", "number of properties"),
)
_BOUNDING = {base for lower, upper, _ in _BOUNDS for base in (lower, upper)} | {
    "exclusiveMinimum",
    "exclusiveMaximum",
}
_LETS_ALL = ("", ".*", "^.*$", "(?s).*")


def compare_values(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    """Note how what two schemas say about a single value differs."""
    _types(walk, old, new, place)
    _allowed(walk, old, new, place)
    _format(walk, old, new, place)
    _pattern(walk, old, new, place)
    if not (_BOUNDING.isdisjoint(old) and _BOUNDING.isdisjoint(new)):
        for lower, upper, name in _BOUNDS:
            for base in (lower, upper):
                _bound(walk, old, new, place, base, name)
    _multiple(walk, old, new, place)
    if bool(old.get("uniqueItems")) != bool(new.get("uniqueItems")):
        strict = bool(new.get("uniqueItems"))
        rule, move = ("unique-items-added", Move.NARROWS) if strict else ("unique-items-removed", Move.WIDENS)
        saying = "no item may stand twice any more." if strict else "an item may stand twice now."
        walk.tell(place.at("uniqueItems"), rule, move, "added" if strict else "removed", saying)
    _notes(walk, old, new, place)


def types(schema: dict[str, Any]) -> frozenset[str]:
    """Return the types that a schema lets through."""
    said = schema.get("type")
    if isinstance(said, str):
        found = {said}
    elif isinstance(said, list):
        found = {one for one in said if isinstance(one, str)}
    else:
        return _ALL
    if schema.get("nullable") is True:
        found.add("null")
    if "number" in found:
        found.discard("integer")
    return frozenset(found)


def values(schema: dict[str, Any]) -> list[Any] | None:
    """Return the values that a schema lists, by ``enum`` or by ``const``; None where it lists none."""
    listed = schema.get("enum") if isinstance(schema.get("enum"), list) else None
    if "const" in schema:
        return [schema["const"]] if listed is None or not _without([schema["const"]], listed) else []
    return listed


def _types(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = types(old), types(new)
    if before == after:
        return
    gone = _left_out(before, after, values(old))
    come = _left_out(after, before, values(new))
    if not gone and not come:
        return
    move = Move.BOTH if gone and come else Move.NARROWS if gone else Move.WIDENS
    rule = {Move.BOTH: "type-changed", Move.NARROWS: "type-narrowed", Move.WIDENS: "type-widened"}[move]
    was, now = _type_words(before), _type_words(after)
    walk.tell(place.at("type"), rule, move, "changed", f"the type changes from {was} to {now}.", was, now)


def _left_out(here: frozenset[str], there: frozenset[str], listed: list[Any] | None) -> bool:
    """Return whether something of one set of types is not in the other. Where values are listed, they alone count."""
    if listed is not None:
        return any(not _in_types(value, there) and _in_types(value, here) for value in listed)
    return any(one not in there and not (one == "integer" and "number" in there) for one in here)


def _in_types(value: Any, among: frozenset[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in among
    if isinstance(value, int | float):
        return "number" in among or ("integer" in among and value == int(value))
    if isinstance(value, str):
        return "string" in among
    if isinstance(value, list):
        return "array" in among
    return ("object" if isinstance(value, dict) else "null") in among


def _type_words(found: frozenset[str]) -> str:
    return "anything" if found == _ALL else " or ".join(sorted(found)) or "nothing"


def _allowed(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = values(old), values(new)
    at = place.at("enum" if "enum" in old or "enum" in new else "const")
    if before is None and after is not None:
        walk.tell(
            at,
            "enum-added",
            Move.NARROWS,
            "added",
            f"only these values are left: {shown(after)}.",
            None,
            after,
        )
    elif before is not None and after is None:
        walk.tell(at, "enum-removed", Move.WIDENS, "removed", "any value may stand here now.", before, None)
    elif before is not None and after is not None:
        if gone := _without(before, after):
            sentence = f"these values are allowed no more: {shown(gone)}."
            walk.tell(at, "enum-value-removed", Move.NARROWS, "removed", sentence, before, after)
        if come := _without(after, before):
            sentence = f"these values are new: {shown(come)}."
            walk.tell(at, "enum-value-added", Move.WIDENS, "added", sentence, before, after)


def _without(values: list[Any], others: list[Any]) -> list[Any]:
    known = {frozen(one) for one in others}
    return [value for value in values if frozen(value) not in known]


def _format(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = old.get("format"), new.get("format")
    if same(before, after):
        return
    if after is None or _within(before, after):
        rule, move = "format-widened", Move.WIDENS
    elif before is None or _within(after, before):
        rule, move = "format-narrowed", Move.NARROWS
    else:
        rule, move = "format-changed", Move.BOTH
    _attribute(walk, place, "format", rule, move, before, after)


def _within(inner: Any, outer: Any) -> bool:
    while isinstance(inner, str) and inner in _WITHIN:
        inner = _WITHIN[inner]
        if inner == outer:
            return True
    return False


def _pattern(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = (None if one.get("pattern") in _LETS_ALL else one.get("pattern") for one in (old, new))
    if before != after:
        what = what_of(before, after)
        move = {"added": Move.NARROWS, "removed": Move.WIDENS}.get(what, Move.UNCLEAR)
        _attribute(walk, place, "pattern", f"pattern-{what}", move, before, after)


def _bound(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place, base: str, name: str) -> None:
    upper = base.startswith("max")
    before, after = (bound(base, one, upper=upper) for one in (old, new))
    if base in ("minLength", "minItems", "minProperties"):
        before, after = (None if isinstance(end, Bound) and end.at <= 0 else end for end in (before, after))
    if before == after:
        return
    was, now = (_end(one, base) for one in (old, new))
    attribute = f"the {'most' if upper else 'least'} {name}"
    if isinstance(before, str) or isinstance(after, str):
        walk.tell(
            place.at(base), "bound-changed", Move.UNCLEAR, "changed", _about(attribute, was, now), was, now
        )
        return
    less = narrower(before, after, upper=upper)
    what = what_of(before, after)
    rule = f"bound-{what}" if what != "changed" else f"bound-{'tightened' if less else 'loosened'}"
    move = Move.NARROWS if less else Move.WIDENS
    walk.tell(place.at(base), rule, move, what, _about(attribute, was, now), was, now)


def _end(schema: dict[str, Any], base: str) -> Any:
    sharp = schema.get("exclusive" + base[0].upper() + base[1:])
    if isinstance(sharp, bool) or sharp is None:
        return schema.get(base) if not sharp else f"{shown(schema.get(base))}, excluded"
    return f"{shown(sharp)}, excluded"


def _multiple(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = old.get("multipleOf"), new.get("multipleOf")
    first, second = number(before), number(after)
    if first == second:
        return
    if first is None or (second is not None and _divides(first, second)):
        rule, move = "multiple-narrowed", Move.NARROWS
    elif second is None or _divides(second, first):
        rule, move = "multiple-widened", Move.WIDENS
    else:
        rule, move = "multiple-changed", Move.BOTH
    _attribute(walk, place, "multipleOf", rule, move, before, after)


def _divides(part: float, whole: float) -> bool:
    return part > 0 and (whole / part).is_integer()


def _notes(walk: Walk, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    """Note what changes no value that is let through, and yet matters to somebody."""
    if not same(old.get("default"), new.get("default")):
        _attribute(
            walk, place, "default", "default-changed", Move.NONE, old.get("default"), new.get("default")
        )
    flags = [("deprecated", None), ("readOnly", Side.SENT), ("writeOnly", Side.GOT)]
    for flag, side in flags if walk.lenient else flags[:1]:
        before, after = old.get(flag) is True, new.get(flag) is True
        if before != after:
            move = Move.NONE if side != walk.side else Move.NARROWS if after else Move.WIDENS
            what = "added" if after else "removed"
            _attribute(walk, place, flag, f"{flag.lower()}-{what}", move, before or None, after or None)


def _attribute(
    walk: Walk, place: Place, attribute: str, rule: str, move: Move, before: Any, after: Any
) -> None:
    what = what_of(before, after)
    walk.tell(place.at(attribute), rule, move, what, _about(f"“{attribute}”", before, after), before, after)


def _about(attribute: str, before: Any, after: Any) -> str:
    return told("", attribute, before, after).removeprefix(": ")
