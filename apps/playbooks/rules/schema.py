"""What a template asks, read from its JSON Schema (2020-12).

A template may use what a form can show in full, and nothing else: a keyword that the form would leave out would be a
rule that nobody sees. Each refusal names the place as a JSON Pointer (RFC 6901).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.core.canonical import LARGEST_EXACT
from apps.core.errors import Invalid
from apps.playbooks.enums import FieldKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_FIELDS = 60
MOST_ROWS = 50
LONGEST_TITLE = 200
LONGEST_NAME = 40
_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}", re.ASCII)

Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One question. ``low`` and ``high`` bound a number, the letters of a text, or how many rows there are.

    ``must`` is a box that has to be ticked. ``fields`` are the questions of each row.
    """

    name: str
    label: str
    kind: FieldKind
    help: str = ""
    required: bool = False
    must: bool = False
    choices: tuple[str, ...] = ()
    low: int | float | None = None
    high: int | float | None = None
    fields: tuple["Field", ...] = ()


@dataclass(frozen=True)
class Shape:
    """What a template asks, in the order in which it asks."""

    title: str
    purpose: str
    fields: tuple[Field, ...]


_WORDS = frozenset({"type", "title", "description"})
_OBJECT = frozenset({"type", "properties", "required", "additionalProperties"})
_ROOT = _WORDS | _OBJECT | {"$schema"}
_BOUNDS = {
    FieldKind.TEXT: ("minLength", "maxLength"),
    FieldKind.LONG: ("minLength", "maxLength"),
    FieldKind.NUMBER: ("minimum", "maximum"),
    FieldKind.INTEGER: ("minimum", "maximum"),
    FieldKind.ROWS: ("minItems", "maxItems"),
}
_OWN = {
    FieldKind.LONG: {"format"},
    FieldKind.DATE: {"format"},
    FieldKind.CHOICE: {"enum"},
    FieldKind.YES_NO: {"const"},
    FieldKind.ROWS: {"items"},
}


def shape_of(schema: Any) -> Shape:
    """Return what a schema asks.

    Raises:
        Invalid: a form cannot show it. ``fields`` maps each place, as a JSON Pointer, to what is wrong there.
    """
    reading = _Reading()
    shape = reading.root(schema)
    if reading.troubles or shape is None:
        raise Invalid(reading.troubles)
    return shape


class _Reading:
    """One reading of a schema, with all that was wrong so far."""

    def __init__(self) -> None:
        self.troubles: dict[str, list[str]] = {}

    def refuse(self, place: str, text: str) -> None:
        self.troubles.setdefault(place or "/", []).append(text)

    def root(self, schema: Any) -> Shape | None:
        if not isinstance(schema, dict):
            self.refuse("", "A template is one JSON object.")
            return None
        if schema.get("$schema", DIALECT) != DIALECT:
            self.refuse("/$schema", f"Only {DIALECT} is read here.")
        self._only(schema, _ROOT, "")
        title, purpose = self._words(schema, "")
        return Shape(title, purpose, tuple(self._fields(schema, "", rows=True)))

    def _fields(self, schema: Schema, place: str, *, rows: bool) -> Iterator[Field]:
        if schema.get("type") != "object":
            self.refuse(f"{place}/type", "This must be an object: the questions stand in it.")
        if schema.get("additionalProperties", False) is not False:
            self.refuse(
                f"{place}/additionalProperties", "Nobody can answer what is not asked: leave this false."
            )
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not 0 < len(properties) <= MOST_FIELDS:
            self.refuse(f"{place}/properties", f"Ask something: from 1 to {MOST_FIELDS} questions.")
            return
        required = self._required(schema, properties, place)
        for name, part in properties.items():
            field = self._field(name, part, f"{place}/properties/{_escaped(name)}", required, rows=rows)
            if field is not None:
                yield field

    def _required(self, schema: Schema, properties: Schema, place: str) -> set[str]:
        names = schema.get("required", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.refuse(f"{place}/required", "This is a list of names.")
            return set()
        for at, name in enumerate(names):
            if name not in properties or names.index(name) != at:
                self.refuse(f"{place}/required/{at}", f"“{name}” is not asked here, or it stands here twice.")
        return set(names)

    def _field(self, name: Any, part: Any, place: str, required: set[str], *, rows: bool) -> Field | None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self.refuse(
                place, f"A name is 1 to {LONGEST_NAME} small letters, digits and _, and begins with a letter."
            )
        kind = self._kind(part, place, rows=rows)
        if kind is None:
            return None
        low, high = _BOUNDS.get(kind, ("", ""))
        self._only(part, _WORDS | {low, high} | _OWN.get(kind, set()), place)
        label, text = self._words(part, place)
        return Field(
            name=str(name),
            label=label,
            kind=kind,
            help=text,
            required=name in required,
            must=self._must(part, place),
            choices=self._choices(part, place) if kind == FieldKind.CHOICE else (),
            fields=self._rows(part, place) if kind == FieldKind.ROWS else (),
            **self._bounds(part, kind, place),
        )

    def _kind(self, part: Any, place: str, *, rows: bool) -> FieldKind | None:
        if not isinstance(part, dict):
            self.refuse(place, "A question is a JSON object.")
            return None
        kind = _kind_of(part)
        if kind == FieldKind.ROWS and not rows:
            self.refuse(f"{place}/type", "Rows cannot stand in rows: a form would not fit on a phone.")
            return None
        if kind is None:
            self.refuse(*_unknown(part, place))
        return kind

    def _only(self, part: Schema, known: frozenset[str], place: str) -> None:
        for name in part:
            if name not in known:
                self.refuse(f"{place}/{_escaped(name)}", f"A form cannot show “{name}” here. Take it away.")

    def _words(self, part: Schema, place: str) -> tuple[str, str]:
        title, text = part.get("title"), part.get("description", "")
        if not isinstance(title, str) or not title.strip() or len(title) > LONGEST_TITLE:
            self.refuse(f"{place}/title", f"Give this a title of 1 to {LONGEST_TITLE} letters.")
        if not isinstance(text, str):
            self.refuse(f"{place}/description", "A description is a text.")
        return str(title), str(text)

    def _choices(self, part: Schema, place: str) -> tuple[str, ...]:
        given = part["enum"]
        sound = isinstance(given, list) and given and all(isinstance(one, str) for one in given)
        if not sound or len(set(given)) < len(given) or any(one != one.strip() or not one for one in given):
            self.refuse(f"{place}/enum", "List texts to choose from, each once and none empty.")
            return ()
        return tuple(given)

    def _must(self, part: Schema, place: str) -> bool:
        if "const" in part and part["const"] is not True:
            self.refuse(f"{place}/const", "Only true can stand here: a box that must be ticked.")
        return part.get("const") is True

    def _rows(self, part: Schema, place: str) -> tuple[Field, ...]:
        items = part.get("items")
        if not isinstance(items, dict):
            self.refuse(f"{place}/items", "Say what each row asks.")
            return ()
        self._only(items, _OBJECT, f"{place}/items")
        return tuple(self._fields(items, f"{place}/items", rows=False))

    def _bounds(self, part: Schema, kind: FieldKind, place: str) -> dict[str, Any]:
        if kind not in _BOUNDS:
            return {}
        names = _BOUNDS[kind]
        number = kind == FieldKind.NUMBER
        low, high = (self._bound(part, name, place, number, kind) for name in names)
        if low is not None and high is not None and low > high:
            self.refuse(f"{place}/{names[0]}", f"The least, {low}, is more than the most, {high}.")
        if kind == FieldKind.ROWS and max(low or 0, high or 0) > MOST_ROWS:
            self.refuse(f"{place}/{names[1]}", f"A form takes {MOST_ROWS} rows at most.")
        return {"low": low, "high": high}

    def _bound(self, part: Schema, name: str, place: str, number: bool, kind: FieldKind) -> Any:
        if name not in part:
            return None
        value = part[name]
        known = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST_EXACT
        if known and not number:
            known = float(value).is_integer() and (kind == FieldKind.INTEGER or value >= 0)
        if not known:
            self.refuse(
                f"{place}/{name}", "This must be a number." if number else "This must be a whole number."
            )
            return None
        return value


_KINDS: dict[tuple[Any, Any, bool], FieldKind] = {
    ("string", None, False): FieldKind.TEXT,
    ("string", "textarea", False): FieldKind.LONG,
    ("string", "date", False): FieldKind.DATE,
    ("string", None, True): FieldKind.CHOICE,
    ("number", None, False): FieldKind.NUMBER,
    ("integer", None, False): FieldKind.INTEGER,
    ("boolean", None, False): FieldKind.YES_NO,
    ("array", None, False): FieldKind.ROWS,
}


def _kind_of(part: Schema) -> FieldKind | None:
    """Return how a question is answered, or None when no form control takes it."""
    named = part.get("type"), part.get("format"), "enum" in part
    return _KINDS.get(named) if all(isinstance(one, str | None) for one in named[:2]) else None


def _unknown(part: Schema, place: str) -> tuple[str, str]:
    """Return the place and the words for a question that no form control takes."""
    if part.get("type") not in ("string", "number", "integer", "boolean", "array"):
        return f"{place}/type", "A form asks for a string, number, integer, boolean or array (of objects)."
    if "format" in part:
        return f"{place}/format", "A form knows the formats date and textarea, of a string."
    return f"{place}/enum", "Choices are a list of texts, of a string."


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
