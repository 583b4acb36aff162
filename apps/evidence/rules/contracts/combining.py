"""Schemas made of schemas: all of them, any, one, none, and what depends on what."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from apps.evidence.rules.contracts.changes import What, shown
from apps.evidence.rules.contracts.documents import frozen
from apps.evidence.rules.contracts.objects import Compare
from apps.evidence.rules.contracts.references import Document
from apps.evidence.rules.contracts.values import types
from apps.evidence.rules.contracts.walking import Move, Place, Walk

_UNIONS = ("anyOf", "oneOf")
_RULES = {"allOf": "all-of", "anyOf": "any-of", "oneOf": "one-of"}
_MERELY_SAID = frozenset(
    [
        "title",
        "description",
        "example",
        "examples",
        "default",
        "deprecated",
        "discriminator",
        "$comment",
        "xml",
    ]
)

_TOGETHER = {
    "condition": ("if", "then", "else"),
    "dependency": ("dependentSchemas", "dependentRequired", "dependencies"),
    "contains": ("contains", "minContains", "maxContains"),
    "left-over-properties": ("unevaluatedProperties",),
    "left-over-items": ("unevaluatedItems",),
    "dynamic-reference": ("$dynamicRef", "$recursiveRef"),
}
"""Keywords that only say something together. What they let through is not worked out: a change of them is unclear."""
_IN_GROUPS = frozenset(word for words in _TOGETHER.values() for word in words)


def compare_combinations(
    walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place
) -> bool:
    """Note how the parts of two schemas differ. Return whether these parts are all that there is to compare."""
    before, after = _alternatives(old), _alternatives(new)
    if before is not None or after is not None:
        # A schema of one kind is one alternative of itself, so a second beside it only widens.
        _union(walk, compare, before or [old], after or [new], place, _union_word(old, new))
        return True
    for word in _UNIONS:
        _whole_union(walk, compare, old, new, place, word)
    _every(walk, compare, old, new, place)
    _none(walk, compare, old, new, place)
    if not (_IN_GROUPS.isdisjoint(old) and _IN_GROUPS.isdisjoint(new)):
        for rule, words in _TOGETHER.items():
            _group(walk, rule, words, old, new, place)
    return False


def _alternatives(schema: dict[str, Any]) -> list[Any] | None:
    """Return the alternatives of a schema that is nothing but a choice between them."""
    words = schema.keys() - _MERELY_SAID
    word = next(iter(words)) if len(words) == 1 else None
    found = schema[word] if word in _UNIONS else None
    return found if isinstance(found, list) and found else None


def _union_word(old: dict[str, Any], new: dict[str, Any]) -> str:
    return "oneOf" if "oneOf" in old or "oneOf" in new else "anyOf"


def _whole_union(
    walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place, word: str
) -> None:
    before, after = ((one[word] if isinstance(one.get(word), list) else None) for one in (old, new))
    if before is not None and after is not None:
        _union(walk, compare, before, after, place, word)
    elif before is not None or after is not None:
        come = after is not None
        rule, move = (
            (f"{_RULES[word]}-choice-added", Move.NARROWS)
            if come
            else (
                f"{_RULES[word]}-choice-removed",
                Move.WIDENS,
            )
        )
        words = (
            "a choice between alternatives is new." if come else "the choice between alternatives is gone."
        )
        walk.tell(place.at(word), rule, move, "added" if come else "removed", words)


def _union(walk: Walk, compare: Compare, old: list[Any], new: list[Any], place: Place, word: str) -> None:
    pairs, gone, come = _parts(walk, compare, old, new, place, word)
    for name, schema in gone:
        _branch(walk, place, word, name, schema, "removed", Move.NARROWS)
    for name, schema in come:
        _branch(walk, place, word, name, schema, "added", Move.WIDENS)
    moved = gone or come or not all(walk.pair.unchanged(*pair) for pair in pairs)
    if (
        moved
        and word == "oneOf"
        and not walk.lenient
        and not (_apart(walk.pair.old, old) and _apart(walk.pair.new, new))
    ):
        sentence = "exactly one alternative may fit, and two of them may overlap now or no longer."
        walk.tell(place.at(word), "one-of-overlap", Move.UNCLEAR, "changed", sentence)


def _every(walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    if "allOf" not in old and "allOf" not in new:
        return
    before, after = ((one["allOf"] if isinstance(one.get("allOf"), list) else []) for one in (old, new))
    _, gone, come = _parts(walk, compare, before, after, place, "allOf")
    for name, schema in gone:
        _branch(walk, place, "allOf", name, schema, "removed", Move.WIDENS)
    for name, schema in come:
        _branch(walk, place, "allOf", name, schema, "added", Move.NARROWS)


def _none(walk: Walk, compare: Compare, old: dict[str, Any], new: dict[str, Any], place: Place) -> None:
    if "not" not in old and "not" not in new:
        return
    inside = place.at("not")
    turned = replace(inside, turned=not place.turned)
    compare(walk, old.get("not", False), new.get("not", False), turned)


def _group(
    walk: Walk, rule: str, words: tuple[str, ...], old: dict[str, Any], new: dict[str, Any], place: Place
) -> None:
    before, after = ([word for word in words if word in one] for one in (old, new))
    if before == after and all(walk.pair.unchanged(old[word], new[word]) for word in before):
        return
    below = place.at((after or before)[0])
    what: What = "added" if not before else "removed" if not after else "changed"
    move = {"added": Move.NARROWS, "removed": Move.WIDENS, "changed": Move.UNCLEAR}[what]
    ending = {"added": "is new", "removed": "is gone", "changed": "changes"}[what]
    walk.tell(below, f"{rule}-{what}", move, what, f"what “{(after or before)[0]}” says {ending}.")


def _parts(
    walk: Walk, compare: Compare, old: list[Any], new: list[Any], place: Place, word: str
) -> tuple[list[tuple[Any, Any]], list[tuple[str, Any]], list[tuple[str, Any]]]:
    """Compare the parts that are in both lists. Return them, and what went and came, by name."""
    pairs, gone, come = _matched(walk, old, new)
    was, now = ({id(one): str(place) for place, one in reversed([*enumerate(each)])} for each in (old, new))
    for first, second in pairs:
        compare(walk, first, second, place.at(word, _called(second, now)))
    return pairs, [(_called(one, was), one) for one in gone], [(_called(one, now), one) for one in come]


def _branch(walk: Walk, place: Place, word: str, name: str, schema: Any, what: What, move: Move) -> None:
    part = "part" if word == "allOf" else "alternative"
    sentence = f"the {part} “{name}” is {'new' if what == 'added' else 'gone'}."
    before, after = (None, schema) if what == "added" else (schema, None)
    walk.tell(place.at(word, name), f"{_RULES[word]}-{what}", move, what, sentence, before, after)


def _matched(
    walk: Walk, old: list[Any], new: list[Any]
) -> tuple[list[tuple[Any, Any]], list[Any], list[Any]]:
    """Pair off the parts of two lists: by what they refer to, by what they say, by title, by type, and by order."""
    pairs: list[tuple[Any, Any]] = []
    signs: tuple[Callable[[Any, Document], Hashable], ...] = (_reference, _text, _title, _type, _inline)
    for sign in signs:
        after: dict[Hashable, list[Any]] = {}
        for one in reversed(new):
            after.setdefault(sign(one, walk.pair.new), []).append(one)
        left = []
        for one in old:
            mark = sign(one, walk.pair.old)
            if mark is None or not after.get(mark):
                left.append(one)
            else:
                pairs.append((one, after[mark].pop()))
        kept = {id(one) for found in after.values() for one in found}
        old, new = left, [one for one in new if id(one) in kept]
    return pairs, old, new


def _reference(node: Any, document: Document) -> Hashable:
    return node.get("$ref") if isinstance(node, dict) else None


def _text(node: Any, document: Document) -> Hashable:
    found: Hashable = frozen(node)
    return found


def _title(node: Any, document: Document) -> Hashable:
    opened = document.opened(node)
    title = opened.get("title") if isinstance(opened, dict) else None
    return title if isinstance(title, str) else None


def _type(node: Any, document: Document) -> Hashable:
    opened = document.opened(node)
    return types(opened) if isinstance(opened, dict) and "type" in opened else None


def _inline(node: Any, document: Document) -> Hashable:
    """What is written out is the next that is written out, changed; what is referred to is another."""
    return None if isinstance(node, dict) and "$ref" in node else "inline"


def _called(schema: Any, places: dict[int, str]) -> str:
    """Return what a part of a list is called: what it refers to, its title, or its place in the list."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            return shown(schema["$ref"].rsplit("/", 1)[-1])
        if isinstance(schema.get("title"), str):
            return shown(schema["title"])
    return places[id(schema)]


def _apart(document: Document, schemas: list[Any]) -> bool:
    """Return whether no value can fit two of the schemas, because no type does."""
    met: set[str] = set()
    for schema in schemas:
        opened = document.opened(schema)
        if not isinstance(opened, dict) or "type" not in opened:
            return False
        kinds = {"number" if kind == "integer" else kind for kind in types(opened)}
        if met & kinds:
            return False
        met |= kinds
    return True
