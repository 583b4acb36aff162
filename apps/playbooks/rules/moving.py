"""A draft that goes over to a newer version of its template, and what finds no place there."""

from dataclasses import dataclass, field
from typing import Any

from apps.playbooks.enums import FieldKind
from apps.playbooks.rules.answers import Content, said
from apps.playbooks.rules.checking import errors_of
from apps.playbooks.rules.schema import Field, Schema, shape_of

_TYPED = (FieldKind.TEXT, FieldKind.LONG, FieldKind.NUMBER, FieldKind.INTEGER, FieldKind.DATE)


@dataclass
class Moved:
    """The answers that fit the newer version, and those that do not: [{"label", "text"}]."""

    content: Content = field(default_factory=dict)
    leftovers: list[dict[str, str]] = field(default_factory=list)


def moved(old: Schema, new: Schema, content: Content) -> Moved:
    """Return where the answers to an older schema stand in a newer one.

    An answer stays when the same question takes it. What was typed stays too where it is typed in the same way, even
    if it is now too long: the form says so at its place. All else is listed, and nothing is lost.
    """
    found = Moved()
    _move(shape_of(old).fields, shape_of(new).fields, new, content, found.content, found.leftovers, "")
    return found


def _move(
    before: tuple[Field, ...],
    after: tuple[Field, ...],
    schema: Schema,
    content: Content,
    kept: Content,
    leftovers: list[dict[str, str]],
    where: str,
) -> None:
    known = {field.name: field for field in after}
    for field_ in before:
        if field_.name not in content:
            continue
        value, target = content[field_.name], known.get(field_.name)
        part = schema["properties"].get(field_.name, {})
        if field_.kind == FieldKind.ROWS:
            _move_rows(field_, target, part, value, kept, leftovers)
        elif target is not None and _takes(field_, target, part, value):
            kept[field_.name] = value
        elif value is not False:
            leftovers.append({"label": f"{where}{field_.label}", "text": said(field_, value)})


def _move_rows(
    before: Field,
    after: Field | None,
    schema: Schema,
    rows: list[Content],
    kept: Content,
    leftovers: list[dict[str, str]],
) -> None:
    """Move the rows one by one. Rows that have no place at all are listed answer by answer."""
    there = after is not None and after.kind == FieldKind.ROWS
    fields, part = (
        (after.fields, schema["items"]) if after is not None and there else ((), {"properties": {}})
    )
    moved_rows: list[Content] = []
    for place, row in enumerate(rows, 1):
        moved_rows.append({})
        _move(before.fields, fields, part, row, moved_rows[-1], leftovers, f"{before.label} {place}, ")
    if there:
        kept[before.name] = moved_rows


def _takes(before: Field, after: Field, schema: Schema, value: Any) -> bool:
    if after.kind == before.kind and (after.kind in _TYPED or after.kind == FieldKind.YES_NO):
        return True
    return after.kind != FieldKind.ROWS and next(errors_of(schema, value), None) is None
