"""JSON Schema: objects, lists and combinations, walked side by side.

Each keyword lets through a set of values, and a schema lets through what all of them do. So where no keyword narrows,
the schema does not. What cannot be judged keyword by keyword is unclear, and so never safe.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from apps.evidence.enums import ContractLevel
from apps.evidence.rules.contracts.changes import Change, shown
from apps.evidence.rules.contracts.combining import compare_combinations
from apps.evidence.rules.contracts.documents import refused
from apps.evidence.rules.contracts.lists import compare_lists
from apps.evidence.rules.contracts.objects import compare_objects
from apps.evidence.rules.contracts.references import ANYTHING, MERELY_SAID, Document, Pair, Remote
from apps.evidence.rules.contracts.values import compare_values
from apps.evidence.rules.contracts.walking import Levels, Move, Place, Side, Walk

_WORDS = frozenset(
    (  # fmt: skip
        "type",
        "properties",
        "items",
        "enum",
        "const",
        "required",
        "additionalProperties",
        "patternProperties",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "$ref",
        "$defs",
        "definitions",
        "pattern",
        "minimum",
        "maximum",
    )
)
_LEFT_OVER = ("unevaluatedProperties", "unevaluatedItems")
_IGNORES_BESIDE = ("draft-03", "draft-04", "draft-06", "draft-07")

LEVELS: Levels = {
    # A schema that leaves other properties open lets one of any kind through, until it declares it.
    (Side.GOT, "property-removed"): ContractLevel.RISKY,
    (Side.GOT, "required-property-removed"): ContractLevel.BREAKING,
}


def fits(document: dict[str, Any]) -> bool:
    """Return whether a document says that it is a schema, or has its words and none of another specification."""
    said = document.get("$schema")
    if isinstance(said, str):
        return "json-schema.org" in said
    if "asyncapi" in document or "kind" in document:
        return False
    return bool(document.keys() & _WORDS) and _well_formed(document)


def checked(document: dict[str, Any], field: str) -> None:
    """Refuse what says that it is a schema and is none.

    Raises:
        Invalid: ``field`` gives one of the words of JSON Schema a value of another kind.
    """
    if not _well_formed(document):
        raise refused(field, "The JSON Schema is broken: a word of it has a value of another kind.")


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Yield what differs between two schemas. The producer writes what they describe, and the consumers read it."""
    pair = Pair(*(Document(root, beside=_beside(root)) for root in (old, new)))
    walk = Walk(pair, Side.GOT, LEVELS, lenient=False)
    compare(walk, old, new, Place((), "the document"))
    yield from walk.found


def compare(walk: Walk, old: Any, new: Any, place: Place) -> None:
    """Note what differs between two schemas at one place, and wherever they lead."""
    compare_here(walk, old, new, place)
    while walk.ahead:
        _node(walk, *walk.ahead.pop())


def compare_here(walk: Walk, old: Any, new: Any, place: Place) -> None:
    """Note what differs at one place. What many share is put off: a long chain of references is no deep one."""
    if walk.pair.unchanged(old, new):
        return
    shared = _shared(old, new, place)
    if shared is place:
        _node(walk, old, new, place)
    else:
        walk.ahead.append((old, new, shared))


def _node(walk: Walk, old: Any, new: Any, place: Place) -> None:
    before, after = walk.pair.old.opened(old), walk.pair.new.opened(new)
    if isinstance(before, Remote) or isinstance(after, Remote):
        _unresolved(walk, before, after, place)
        return
    if before is False or after is False:
        _closed(walk, before, after, place)
        return
    before, after = (ANYTHING if one is True else one for one in (before, after))
    if not isinstance(before, dict) or not isinstance(after, dict):
        walk.tell(place, "unreadable", Move.UNCLEAR, "changed", "there is no schema here that can be read.")
        return
    place = _idle(walk, before, after, place)
    if walk.entered(before, after, place):
        return
    if compare_combinations(walk, compare_here, before, after, place):
        return
    compare_values(walk, before, after, place)
    compare_objects(walk, compare_here, before, after, place)
    compare_lists(walk, compare_here, before, after, place)
    _left_over(walk, before, after, place)


def _left_over(walk: Walk, before: dict[str, Any], after: dict[str, Any], place: Place) -> None:
    """Note that what judges the rest may judge otherwise: even a keyword that lets everything through counts there."""
    kept = [{key: one[key] for key in one.keys() - MERELY_SAID} for one in (before, after)]
    for word in _LEFT_OVER:
        if word in before and word in after and not walk.pair.unchanged(*kept):
            sentence = f"“{word}” judges what the rest leaves over, and that changes."
            walk.tell(place.at(word), "left-over-changed", Move.UNCLEAR, "changed", sentence)


def _shared(old: Any, new: Any, place: Place) -> Place:
    """Return the place of a schema that many may refer to. What differs in it is said once, and not at each use."""
    references = [one.get("$ref") if isinstance(one, dict) and len(one) == 1 else None for one in (old, new)]
    reference = references[0]
    if not isinstance(reference, str) or reference != references[1] or not reference.startswith("#/"):
        return place
    path = tuple(reference[2:].split("/"))
    if path == place.path:
        return place
    where = f"the schema “{path[-1]}”" + (f", {place.use}" if place.use else "")
    return replace(place, path=path, where=where, name="")


def _unresolved(walk: Walk, before: Any, after: Any, place: Place) -> None:
    ends = [f"“{shown(one)}”" for one in sorted({one for one in (before, after) if isinstance(one, Remote)})]
    sentence = (
        f"the reference {' and '.join(ends)} leads out of the file and is not fetched, so nobody can tell here what "
        "differs behind it."
    )
    was, now = (one if isinstance(one, Remote) else None for one in (before, after))
    walk.tell(place, "reference-unresolved", Move.UNCLEAR, "changed", sentence, was, now)


def _closed(walk: Walk, before: Any, after: Any, place: Place) -> None:
    if before is after:
        return
    if after is False:
        walk.tell(place, "schema-refused", Move.NARROWS, "changed", "nothing is let through here any more.")
    else:
        walk.tell(place, "schema-admitted", Move.WIDENS, "changed", "something is let through here now.")


def _idle(walk: Walk, before: dict[str, Any], after: dict[str, Any], place: Place) -> Place:
    if not walk.lenient or place.idle:
        return place
    flag = "readOnly" if walk.side == Side.SENT else "writeOnly"
    if before.get(flag) is True and after.get(flag) is True:
        return replace(place, idle=True)
    return place


def _beside(root: dict[str, Any]) -> bool:
    return not any(draft in str(root.get("$schema", "")) for draft in _IGNORES_BESIDE)


def _well_formed(document: dict[str, Any]) -> bool:
    kinds: dict[str, type | tuple[type, ...]] = {
        "type": (str, list),
        "properties": dict,
        "patternProperties": dict,
        "$defs": dict,
        "definitions": dict,
        "enum": list,
        "required": (list, bool),
        "items": (dict, list, bool),
        "allOf": list,
        "anyOf": list,
        "oneOf": list,
        "$ref": str,
    }
    return all(isinstance(document[word], kind) for word, kind in kinds.items() if word in document)
