"""Random schemas, held against every value of a small world that an outside validator judges."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apps.evidence.enums import ContractDirection, ContractLevel
from apps.evidence.rules.contracts import Comparison, compared

SCALARS: list[Any] = [None, True, False, -1, 0, 1, 1.5, 2, 4, "", "a", "ab", "b"]
LISTS: list[Any] = [[], [1], ["a"], [1, 1], [1, "a"], ["a", 1, 2], [{}]]
_HELD: list[Any] = [None, 0, 1, 1.5, "a", "ab", [], [1], {}]
OBJECTS: list[Any] = [
    {},
    *({key: value} for key in "abx" for value in _HELD),
    *({"a": one, "b": other} for one in (0, 1, "a") for other in (1, "ab", {"a": 1})),
    {"a": {"a": 1}},
    {"a": {"a": "a"}},
    {"a": 1, "b": 1, "x": 1},
]
WORLD = [*SCALARS, *LISTS, *OBJECTS]

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
NAMES = st.sampled_from("ab")
NUMBERS = st.sampled_from([0, 1, 1.5, 2, 4])
COUNTS = st.integers(0, 3)


def _keywords(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "type": st.one_of(st.sampled_from(TYPES), st.lists(st.sampled_from(TYPES), min_size=1, unique=True)),
        "enum": st.lists(st.sampled_from(WORLD), min_size=1, max_size=3),
        "const": st.sampled_from(SCALARS),
        **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), NUMBERS),
        "multipleOf": st.sampled_from([0.5, 1, 2]),
        **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties"), COUNTS),
        **dict.fromkeys(("maxProperties", "minContains"), COUNTS),
        "pattern": st.sampled_from(["^a", "b", ".*"]),
        "uniqueItems": st.booleans(),
        "required": st.lists(NAMES, unique=True),
        "properties": st.dictionaries(NAMES, inner, max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["a", "x"]), inner, max_size=1),
        **dict.fromkeys(
            ("additionalProperties", "items", "not", "contains", "if", "then", "else", "propertyNames"), inner
        ),
        **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), inner),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), st.lists(inner, min_size=1, max_size=2)),
        "dependentRequired": st.just({"a": ["b"]}),
        "$ref": st.just("#/$defs/one"),
    }


def _schema(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keywords = _keywords(inner)
    chosen = st.lists(st.sampled_from(sorted(keywords)), max_size=3, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: keywords[name] for name in names}))


LEAVES = _schema(st.booleans()) | st.booleans()
SCHEMAS = _schema(_schema(LEAVES) | LEAVES)
DEFINED = st.sampled_from([{"type": "string"}, {"type": "integer"}, {"minimum": 1}, {"enum": ["a", 1]}])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two schemas, most often alike but for a keyword or two, as versions of one contract are."""
    old = draw(SCHEMAS)
    new = draw(SCHEMAS)
    if draw(st.booleans()):
        new = old | new
    if draw(st.booleans()):
        word = draw(st.sampled_from(["properties", "allOf", "anyOf", "oneOf", "not", "items"]))
        wrapped = [
            {"properties": {"a": one}}
            if word == "properties"
            else {word: [one]}
            if word.endswith("Of")
            else {word: one}
            for one in (old, new)
        ]
        old, new = draw(SCHEMAS) | wrapped[0], wrapped[1]
    return tuple(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"one": draw(DEFINED)}} | one
        for one in (old, new)
    )


def _compared(old: Any, new: Any) -> Comparison:
    return compared(json.dumps(old).encode(), json.dumps(new).encode())


@settings(max_examples=150, deadline=None)
@given(pairs())
def test_no_difference_is_safe_for_a_side_that_a_value_of_it_contradicts(pair: tuple[Any, Any]) -> None:
    found = _compared(*pair)
    old, new = (Draft202012Validator(schema) for schema in pair)
    for value in WORLD:
        before, after = old.is_valid(value), new.is_valid(value)
        if before and not after:  # Who writes it may do so no more.
            assert found.level(ContractDirection.PRODUCER) != ContractLevel.SAFE, value
        if after and not before:  # Who reads it never had to cope with it.
            assert found.level(ContractDirection.CONSUMER) != ContractLevel.SAFE, value


@settings(max_examples=50, deadline=None)
@given(pairs())
def test_the_other_way_round_each_difference_hits_the_other_side(pair: tuple[Any, Any]) -> None:
    old, new = pair
    assert not _compared(old, old).differences
    there, back = _compared(old, new), _compared(new, old)
    for one, other in (tuple(ContractDirection), tuple(ContractDirection)[::-1]):
        assert there.level(one) == back.level(other)
