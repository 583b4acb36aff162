"""Templates for tests: one that uses all that a template may use, and random ones with answers to them."""

from typing import Any

from hypothesis import strategies as st

from apps.playbooks.rules import Schema

SMALL: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "Rollback plan",
    "description": "How we go back.",
    "properties": {
        "when": {"type": "string", "title": "When do we go back?", "format": "textarea"},
        "minutes": {"type": "integer", "title": "Minutes", "minimum": 1, "maximum": 600},
        "share": {"type": "number", "title": "Share", "minimum": 0, "maximum": 1},
        "who": {"type": "string", "title": "Who decides?", "enum": ["Owner", "Sponsor"]},
        "by": {"type": "string", "title": "By", "format": "date"},
        "tried": {"type": "boolean", "title": "It was tried", "const": True},
        "steps": {
            "type": "array",
            "title": "Steps",
            "minItems": 1,
            "maxItems": 4,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "title": "What to do", "maxLength": 40},
                    "minutes": {"type": "integer", "title": "Minutes of the step", "minimum": 1},
                    "safe": {"type": "boolean", "title": "Safe to repeat"},
                },
                "required": ["text"],
            },
        },
    },
    "required": ["when", "minutes", "steps"],
}
ANSWERS: dict[str, Any] = {
    "when": "Approvals fall.\nOr complaints rise.",
    "minutes": 15,
    "share": 0.5,
    "who": "Owner",
    "by": "2026-11-19",
    "tried": True,
    "steps": [{"text": "Stop", "minutes": 2, "safe": True}, {"text": "Go back", "safe": False}],
}

_letters = st.text(
    st.characters(
        codec="utf-8", exclude_characters="\x00\r\n", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]
    ),
    max_size=12,
)
titles = st.text("abc XYZ äß?", min_size=1, max_size=20).map(str.strip).filter(bool)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
numbers = st.integers(-1000, 1000)


@st.composite
def _bounds(draw: st.DrawFn, low: str, high: str, values: st.SearchStrategy[Any]) -> Schema:
    pair = sorted([draw(values), draw(values)])
    given_ = {low: pair[0], high: pair[1]}
    return {name: value for name, value in given_.items() if draw(st.booleans())}


@st.composite
def _single(draw: st.DrawFn) -> Schema:
    part: Schema = {"title": draw(titles)}
    if draw(st.booleans()):
        part["description"] = draw(_letters)
    kind = draw(st.sampled_from(["text", "long", "date", "choice", "number", "integer", "boolean"]))
    if kind in ("text", "long"):
        part |= {"type": "string"} | ({"format": "textarea"} if kind == "long" else {})
        part |= draw(_bounds("minLength", "maxLength", st.integers(0, 14)))
    elif kind == "date":
        part |= {"type": "string", "format": "date"}
    elif kind == "choice":
        choices = draw(st.lists(_letters.filter(bool), min_size=1, max_size=4, unique=True))
        part |= {"type": "string", "enum": choices}
    elif kind == "boolean":
        part |= {"type": "boolean"} | ({"const": True} if draw(st.booleans()) else {})
    else:
        floats = st.floats(-1000, 1000).map(lambda value: round(value, 3))
        part |= {"type": kind}
        part |= draw(_bounds("minimum", "maximum", floats if kind == "number" else numbers))
    return part


@st.composite
def _object(draw: st.DrawFn, parts: st.SearchStrategy[Schema], most: int) -> Schema:
    properties = draw(st.dictionaries(names, parts, min_size=1, max_size=most))
    required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True))
    whole: Schema = {"type": "object", "properties": properties}
    return whole | ({"required": required} if required else {})


@st.composite
def _rows(draw: st.DrawFn) -> Schema:
    part = {"type": "array", "title": draw(titles), "items": draw(_object(_single(), 3))}
    return part | draw(_bounds("minItems", "maxItems", st.integers(0, 4)))


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Return any schema that a template may use."""
    return {"title": draw(titles), **draw(_object(st.one_of(_single(), _rows()), 5))}


def _value(part: Schema) -> st.SearchStrategy[Any]:
    """Return good and bad answers to a question, of the kinds that a form can send."""
    if part["type"] == "array":
        return st.lists(_values(part["items"]), max_size=5)
    if part["type"] == "boolean":
        return st.booleans()
    if part["type"] in ("number", "integer"):
        near = [part[name] for name in ("minimum", "maximum") if name in part]
        some = [st.sampled_from([*near, *(value + 1 for value in near)])] if near else []
        return st.one_of(numbers, st.floats(-1e6, 1e6), st.just("many"), *some)
    texts = _letters.filter(bool)
    if "enum" in part:
        return st.one_of(st.sampled_from(part["enum"]), texts)
    if part.get("format") == "date":
        return st.one_of(st.dates().map(str), texts, st.just("2026-02-30"))
    return texts


@st.composite
def _values(draw: st.DrawFn, whole: Schema) -> dict[str, Any]:
    """A form always says of a box whether it is ticked, and of a list which rows it has."""
    always = ("boolean", "array")
    return {
        name: draw(_value(part))
        for name, part in whole["properties"].items()
        if part["type"] in always or draw(st.integers(0, 3))
    }


@st.composite
def asked_and_answered(draw: st.DrawFn) -> tuple[Schema, dict[str, Any]]:
    """Return a schema with answers to it, good or bad."""
    schema = draw(schemas())
    return schema, draw(_values(schema))
