"""A template as a change manager edits it: a form of its own, asked by a schema like any other.

So the editor has the same rows, errors and keys as every document, and no change manager writes JSON.
"""

import re
from typing import Any

from apps.core.errors import Invalid
from apps.playbooks.enums import FieldKind, TemplateKind
from apps.playbooks.rules.answers import Content, without_blank_rows
from apps.playbooks.rules.checking import Path, Problem, problems_in
from apps.playbooks.rules.schema import (
    DIALECT,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_ROWS,
    Field,
    Schema,
    shape_of,
)

_QUESTION: Schema = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "title": "Question", "maxLength": LONGEST_TITLE},
        "kind": {"type": "string", "title": "Answered by", "enum": list(FieldKind.labels)},
        "inside": {
            "type": "boolean",
            "title": "Ask this in each row",
            "description": "It becomes part of the rows that stand above it.",
        },
        "required": {"type": "boolean", "title": "It must be answered"},
        "help": {
            "type": "string",
            "title": "Help",
            "format": "textarea",
            "description": "What a good answer says. It stands under the question.",
        },
        "choices": {
            "type": "string",
            "title": "Choices",
            "format": "textarea",
            "description": "For a choice from a list. One a line.",
        },
        "low": {
            "type": "number",
            "title": "At least",
            "description": "The smallest number, the fewest letters or the fewest rows.",
        },
        "high": {
            "type": "number",
            "title": "At most",
            "description": "The largest number, the most letters or the most rows.",
        },
        "name": {
            "type": "string",
            "title": "Short name",
            "maxLength": LONGEST_NAME,
            "description": "It ties answers together across versions. Leave it as it is, and empty for a new question.",
        },
    },
    "required": ["label", "kind"],
}
_TITLE: Schema = {"type": "string", "title": "Name of the template", "maxLength": 120}
_PURPOSE: Schema = {
    "type": "string",
    "title": "What it is for",
    "format": "textarea",
    "description": "One or two sentences for whoever chooses a template.",
}
_QUESTIONS: Schema = {
    "type": "array",
    "title": "Questions",
    "minItems": 1,
    "maxItems": MOST_ROWS,
    "items": _QUESTION,
}
_NOTE: Schema = {
    "type": "string",
    "title": "What is new in this version, and why",
    "format": "textarea",
    "maxLength": 2000,
}
_KIND: Schema = {"type": "string", "title": "Kind of document", "enum": list(TemplateKind.labels)}


def editor_schema(*, new: bool) -> Schema:
    """Return what the editor asks: of a ``new`` template the kind, of a newer version what is new in it."""
    asked = {"kind": _KIND} if new else {}
    last = {} if new else {"note": _NOTE}
    return {
        "type": "object",
        "title": "Template",
        "properties": {**asked, "title": _TITLE, "purpose": _PURPOSE, "questions": _QUESTIONS, **last},
        "required": [*asked, "title", "purpose", "questions", *last],
    }


def editor_content(schema: Schema) -> Content:
    """Return a template as the editor shows it."""
    shape = shape_of(schema)
    rows = []
    for field in shape.fields:
        rows += [_row(field, inside=False), *(_row(part, inside=True) for part in field.fields)]
    return {"title": shape.title, "purpose": shape.purpose, "questions": rows}


def _row(field: Field, *, inside: bool) -> Content:
    row: Content = {
        "label": field.label,
        "kind": field.kind.label,
        "inside": inside,
        "required": field.required or field.must,
        "help": field.help,
        "choices": "\n".join(field.choices),
        "low": field.low,
        "high": field.high,
        "name": field.name,
    }
    return {name: value for name, value in row.items() if value not in (None, "")}


def schema_from_editor(content: Content, *, new: bool) -> Schema:
    """Return the schema that an editor's answers make.

    Raises:
        Unfit: something is missing or cannot be shown; each problem stands at its place in the editor.
    """
    asked = editor_schema(new=new)
    content = without_blank_rows(shape_of(asked), content)
    problems = problems_in(asked, content)
    if problems:
        raise Unfit(problems)
    building = _Building()
    schema = building.build(content)
    problems = building.problems or building.refused(schema)
    if problems:
        raise Unfit(problems)
    return schema


class Unfit(Invalid):
    """Answers that are not valid, with their places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__({"/".join(map(str, problem.path)): [problem.text] for problem in problems})
        self.problems = problems


_PARTS: dict[FieldKind, Schema] = {
    FieldKind.TEXT: {"type": "string"},
    FieldKind.LONG: {"type": "string", "format": "textarea"},
    FieldKind.NUMBER: {"type": "number"},
    FieldKind.INTEGER: {"type": "integer"},
    FieldKind.YES_NO: {"type": "boolean"},
    FieldKind.CHOICE: {"type": "string"},
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.ROWS: {"type": "array"},
}
_BOUNDS = {
    "string": ("minLength", "maxLength"),
    "number": ("minimum", "maximum"),
    "integer": ("minimum", "maximum"),
    "array": ("minItems", "maxItems"),
}
# What a place of the schema is called in the editor.
_CALLED = {"title": "label", "description": "help", "enum": "choices", "type": "kind", "format": "kind"}
_CALLED |= {low: "low" for low, _ in _BOUNDS.values()} | {high: "high" for _, high in _BOUNDS.values()}


class _Building:
    """One schema in the making, with the editor's row for each place of it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._rows: dict[str, int] = {}

    def build(self, content: Content) -> Schema:
        root: Schema = {
            "$schema": DIALECT,
            "type": "object",
            "title": content["title"],
            "description": content["purpose"],
            "properties": {},
            "required": [],
        }
        parent, pointer = None, ""
        for place, row in enumerate(content["questions"]):
            target, where = (parent, pointer) if row.get("inside") else (root, "")
            if target is None:
                self._refuse(
                    place, "inside", "No rows stand above this question, so it cannot be asked in them."
                )
                continue
            name, part = self._add(target, row, place)
            self._rows[f"{where}/properties/{name}"] = place
            if part["type"] == "array" and not row.get("inside"):
                parent, pointer = part["items"], f"/properties/{name}/items"
                self._rows[f"{pointer}/properties"] = place
        return _trimmed(root)

    def refused(self, schema: Schema) -> list[Problem]:
        """Return what a form cannot show of the schema, at the editor's places."""
        try:
            shape_of(schema)
        except Invalid as error:
            return [Problem(self._place(pointer), texts[0]) for pointer, texts in error.fields.items()]
        return []

    def _place(self, pointer: str) -> Path:
        """Return the editor's place of a place in the schema."""
        parts = pointer.split("/")
        for length in range(len(parts), 0, -1):
            row = self._rows.get("/".join(parts[:length]))
            if row is not None:
                last = parts[length] if length < len(parts) else ""
                return ("questions", row, _CALLED.get(last, "kind" if parts[-1] == "properties" else "name"))
        return ("questions",)

    def _add(self, target: Schema, row: Content, place: int) -> tuple[str, Schema]:
        kind = FieldKind(FieldKind.values[FieldKind.labels.index(row["kind"])])
        part: Schema = {**_PARTS[kind], "title": row["label"]}
        if row.get("help"):
            part["description"] = row["help"]
        if kind == FieldKind.ROWS:
            part["items"] = {"type": "object", "properties": {}, "required": []}
        if kind == FieldKind.CHOICE:
            part["enum"] = [line.strip() for line in row.get("choices", "").split("\n") if line.strip()]
        elif row.get("choices"):
            self._refuse(place, "choices", "Only a choice from a list has choices.")
        self._bound(part, row, place)
        name = self._name(target, row, place)
        if row.get("required") and kind == FieldKind.YES_NO:
            part["const"] = True
        elif row.get("required"):
            target["required"].append(name)
        target["properties"][name] = part
        return name, part

    def _bound(self, part: Schema, row: Content, place: int) -> None:
        names = () if "enum" in part or part.get("format") == "date" else _BOUNDS.get(part["type"], ())
        for given, name in zip(("low", "high"), names, strict=False):
            if given in row:
                part[name] = _whole(row[given])
        for given in ("low", "high"):
            if given in row and not names:
                self._refuse(place, given, "Only numbers, texts and rows have a least and a most.")

    def _name(self, target: Schema, row: Content, place: int) -> str:
        given = row.get("name", "")
        name = slug = given or _slug(row["label"])
        if given and given in target["properties"]:
            self._refuse(
                place, "name", f"Another question is called “{given}”. Leave this empty, or change it."
            )
        number = 2
        while name in target["properties"]:
            name = f"{slug[: LONGEST_NAME - 3].rstrip('_')}_{number}"
            number += 1
        return name

    def _refuse(self, place: int, part: str, text: str) -> None:
        self.problems.append(Problem(("questions", place, part), text))


def _trimmed(schema: Schema) -> Schema:
    """Return a schema without empty lists of what is required."""
    for part in [schema, *(one["items"] for one in schema["properties"].values() if "items" in one)]:
        if not part["required"]:
            del part["required"]
    return schema


def _whole(number: Any) -> Any:
    return int(number) if float(number).is_integer() else number


def _slug(label: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", label.lower().encode("ascii", "ignore").decode()).strip("_")
    words = re.sub(r"^[0-9_]+", "", words) or "question"
    return words[:LONGEST_NAME].strip("_")
