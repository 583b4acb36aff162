"""What is wrong with answers. The jsonschema library judges; here is said where, and in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from apps.playbooks.enums import FieldKind
from apps.playbooks.rules.answers import Content
from apps.playbooks.rules.schema import Field, Schema, Shape, shape_of

Path = tuple[str | int, ...]
_FORMATS = FormatChecker(["date"])


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer: ``("steps", 0, "minutes")`` is the minutes of the first step."""

    path: Path
    text: str


def problems_in(schema: Schema, content: Content) -> list[Problem]:
    """Return what is wrong with answers, in the order of the questions; nothing when they are valid."""
    shape = shape_of(schema)
    found = [problem for error in errors_of(schema, content) for problem in _problems(shape, error)]
    order = {path: place for place, path in enumerate(_paths(shape, content))}
    unique = {problem.path: problem for problem in reversed(found)}
    return sorted(unique.values(), key=lambda problem: order.get(problem.path, len(order)))


def errors_of(schema: Schema, value: Any) -> Iterator[ValidationError]:
    """Return what jsonschema says of a value, dates included."""
    return Draft202012Validator(schema, format_checker=_FORMATS).iter_errors(value)


def _paths(shape: Shape, content: Content) -> Iterator[Path]:
    for field in shape.fields:
        yield (field.name,)
        rows = content.get(field.name) if field.kind == FieldKind.ROWS else None
        for place, _ in enumerate(rows if isinstance(rows, list) else []):
            yield (field.name, place)
            yield from ((field.name, place, part.name) for part in field.fields)


def _problems(shape: Shape, error: ValidationError) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        for name in missing:
            field = field_at(shape, (*path, name))
            yield Problem((*path, name), _missing(field) if field else f"{name} is missing")
        return
    field = field_at(shape, path)
    yield Problem(path, _said(field, str(error.validator), error.validator_value) if field else error.message)


def field_at(shape: Shape, path: Path) -> Field | None:
    """Return the question that a path leads to, or None."""
    fields, found = shape.fields, None
    for step in path:
        if isinstance(step, str):
            found = next((field for field in fields if field.name == step), None)
            fields = found.fields if found else ()
        elif not fields:
            return None
    return found if path and isinstance(path[-1], str) else None


def _missing(field: Field) -> str:
    if field.kind == FieldKind.ROWS:
        return f"{field.label}: add at least one"
    return f"Answer “{field.label}”" if field.label.endswith("?") else f"{field.label} is missing"


_TYPES = {
    FieldKind.NUMBER: "{label}: write a number, such as 12.5",
    FieldKind.INTEGER: "{label}: write a whole number, such as 12",
}
_RULES = {
    "minimum": "{label} must be {bound} or more",
    "maximum": "{label} must be {bound} or less",
    "minLength": "{label} needs at least {bound} letters",
    "maxLength": "{label}: shorten this to {bound} letters",
    "enum": "{label}: choose one from the list",
    "const": "Tick “{label}”",
    "format": "{label}: write a date as year-month-day, such as 2026-11-19",
    "minItems": "{label}: add rows until there are at least {bound}",
    "maxItems": "{label}: take rows away until there are no more than {bound}",
}


def _said(field: Field, rule: str, bound: Any) -> str:
    text = _TYPES.get(field.kind) if rule == "type" else _RULES.get(rule)
    return (text or "{label}: this cannot be read").format(label=field.label, bound=bound)
