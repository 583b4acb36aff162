"""Objects: which properties may be there, which must, and what they hold."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from apps.evidence.rules.contracts.changes import What, shown
from apps.evidence.rules.contracts.documents import same
from apps.evidence.rules.contracts.walking import Move, Place, Side, Walk

Compare = Callable[[Walk, Any, Any, Place], None]


def compare_objects(
    walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place
) -> None:
    """Note how what two schemas say about the properties of an object differs."""
    before, after = properties(old), properties(new)
    newly = required(new) - required(old), required(old) - required(new)
    for name in dict.fromkeys((*before, *after)):
        below = place.at("properties", name, name=name)
        if name in before and name in after:
            compare(walk, before[name], after[name], below)
        else:
            must = name in newly[0 if name in after else 1]
            _one_sided(walk, compare, old, new, name, below, must=must)
    _required(walk, *newly, before, after, place)
    _others(walk, compare, old, new, place)
    _patterns(walk, compare, old, new, place)
    _names(walk, compare, old, new, place)


def properties(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that a schema declares."""
    said = schema.get("properties")
    return said if isinstance(said, dict) else {}


def required(schema: dict[str, Any]) -> frozenset[str]:
    """Return the names of the properties that must be there."""
    said = schema.get("required")
    return (
        frozenset(name for name in said if isinstance(name, str)) if isinstance(said, list) else frozenset()
    )


def _one_sided(
    walk: Walk,
    compare: Compare,
    old: dict[str, Any],
    new: dict[str, Any],
    name: str,
    place: Place,
    *,
    must: bool,
) -> None:
    """Note a property that only one of the two declares; ``must`` says that this one alone requires it."""
    come = name in properties(new)
    owner, other = (new, old) if come else (old, new)
    schema = properties(owner)[name]
    what: What = "added" if come else "removed"
    words = f"the property is {'new' if come else 'gone'}{', and required' if come and must else ''}."
    move = _api_move(walk, schema, other, come=come, must=must) if walk.lenient else None
    if move is None:
        move = _strict_move(walk, compare, old, new, name, place, come=come, must=must)
    closed = other.get("additionalProperties") is False and not (
        walk.lenient and (come or walk.side == Side.GOT)
    )
    end = ("admitted" if come else "refused") if closed else what
    rule = f"{'required-' if must else ''}property-{end}"
    if walk.lenient and come and must and _default(walk, schema):
        rule, words = "property-added-with-default", "the property is new and required, and has a default."
    place = replace(place, idle=place.idle or _never_written(walk, schema))
    before, after = (None, schema) if come else (schema, None)
    walk.tell(place, rule, move, what, words, shown(before), shown(after))


def _api_move(walk: Walk, schema: Any, other: dict[str, Any], *, come: bool, must: bool) -> Move | None:
    """Return what a property does by the customs of APIs: nobody sends, or counts on, what is not declared.

    None leaves it to what follows from the values: one that is refused from now on.
    """
    if _never_written(walk, schema):
        return Move.NONE
    if come:
        return Move.NONE if must and _default(walk, schema) else Move.NARROWS if must else Move.WIDENS
    return (
        Move.NARROWS if other.get("additionalProperties") is False and walk.side == Side.SENT else Move.WIDENS
    )


def _strict_move(
    walk: Walk,
    compare: Compare,
    old: dict[str, Any],
    new: dict[str, Any],
    name: str,
    place: Place,
    *,
    come: bool,
    must: bool,
) -> Move:
    """Return what a property does to the values: who does not declare it treats it as one of the others."""
    # A trial within a trial could double the work at each level.
    if walk.trying or old.get("patternProperties") or new.get("patternProperties"):
        return Move.UNCLEAR
    trial = walk.trial()
    before, after = (properties(one).get(name, one.get("additionalProperties", True)) for one in (old, new))
    trial.ahead = [(before, after, Place(place.path, place.where))]
    while trial.ahead:
        compare(trial, *trial.ahead.pop())
    if must:
        trial.moves.add(Move.NARROWS if come else Move.WIDENS)
    return _sum(trial.moves - {Move.NONE})


def _sum(moves: set[Move]) -> Move:
    if not moves:
        return Move.NONE
    if Move.UNCLEAR in moves:
        return Move.UNCLEAR
    return moves.pop() if len(moves) == 1 else Move.BOTH


def _required(
    walk: Walk,
    come: frozenset[str],
    gone: frozenset[str],
    before: dict[str, Any],
    after: dict[str, Any],
    place: Place,
) -> None:
    """Note which properties must be there now, or no longer, apart from those that come or go with it."""
    for name in sorted(come):
        if name in before or name not in after:
            schema = after.get(name)
            eased = _default(walk, schema) or _never_written(walk, schema)
            move = Move.NONE if eased else Move.NARROWS
            words = "the property becomes required" + (
                ", and has a default." if _default(walk, schema) else "."
            )
            walk.tell(place.at("required", name=name), "required-added", move, "added", words, None, name)
    for name in sorted(gone):
        if name in after or name not in before:
            move = Move.NONE if _never_written(walk, after.get(name)) else Move.WIDENS
            below = place.at("required", name=name)
            walk.tell(below, "required-removed", move, "removed", "the property may be left out now.", name)


def _others(walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = (one.get("additionalProperties", True) for one in (old, new))
    below = place.at("additionalProperties")
    if before is False and after is not False:
        walk.tell(
            below,
            "others-added",
            Move.WIDENS,
            "added",
            "properties that are not declared are let through now.",
        )
    elif after is False and before is not False:
        words = "properties that are not declared are refused now."
        walk.tell(below, "others-removed", Move.NARROWS, "removed", words)
    else:
        compare(walk, before, after, place.at("additionalProperties", name="*"))


def _patterns(walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = (one.get("patternProperties") or {} for one in (old, new))
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    for pattern in before.keys() & after.keys():
        compare(walk, before[pattern], after[pattern], place.at("patternProperties", pattern, name=pattern))
    open_ends = all(one.get("additionalProperties", True) is True for one in (old, new))
    for pattern in sorted(before.keys() ^ after.keys()):
        come = pattern in after
        move = Move.UNCLEAR if not open_ends else Move.NARROWS if come else Move.WIDENS
        what: What = "added" if come else "removed"
        words = f"what is said of properties like “{shown(pattern)}” is {'new' if come else 'gone'}."
        walk.tell(place.at("patternProperties", pattern), f"pattern-properties-{what}", move, what, words)


def _names(walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    before, after = (one.get("propertyNames", True) for one in (old, new))
    if not same(before, after):
        compare(walk, before, after, place.at("propertyNames"))


def _default(walk: Walk, schema: Any) -> bool:
    """Return whether leaving a property out means something: the producer fills in what nobody sent."""
    opened = walk.pair.new.opened(schema)
    return (
        walk.lenient
        and walk.side == Side.SENT
        and isinstance(opened, dict)
        and opened.get("default") is not None
    )


def _never_written(walk: Walk, schema: Any) -> bool:
    opened = walk.pair.new.opened(schema)
    flag = "readOnly" if walk.side == Side.SENT else "writeOnly"
    return walk.lenient and isinstance(opened, dict) and opened.get(flag) is True
