"""What is different between two versions of a template."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.playbooks.enums import FieldKind
from apps.playbooks.rules.schema import Field, Schema, Shape, shape_of


@dataclass(frozen=True)
class Difference:
    """One part that differs. Empty text means that it was not there."""

    label: str
    before: str
    after: str


def differences_between(before: Schema, after: Schema) -> list[Difference]:
    """Return each part that differs, in the order of the newer version; what went away comes last."""
    old, new = (dict(_lines(shape_of(schema))) for schema in (before, after))
    found = []
    for path in [*new, *(path for path in old if path not in new)]:
        was, now = old.get(path), new.get(path)
        if was != now:
            label = (now or was or ("", ""))[0]
            found.append(Difference(label, was[1] if was else "", now[1] if now else ""))
    stayed = [path for path in old if path in new]
    if [path for path in new if path in old] != stayed:
        found.append(
            Difference("Order", _order(old, stayed), _order(new, [path for path in new if path in old]))
        )
    return found


def _order(lines: dict[str, tuple[str, str]], paths: list[str]) -> str:
    return ", ".join(lines[path][0] for path in paths[2:])


def _lines(shape: Shape) -> Iterator[tuple[str, tuple[str, str]]]:
    yield "", ("Title", shape.title)
    yield "/", ("What it is for", shape.purpose)
    for field in shape.fields:
        yield field.name, (field.label, in_words(field))
        for part in field.fields:
            yield f"{field.name}/{part.name}", (f"{field.label}: {part.label}", in_words(part))


def in_words(field: Field) -> str:
    """Return all that a question says, in one line."""
    said = [field.label, field.kind.label]
    if field.choices:
        said.append(f"choices: {', '.join(field.choices)}")
    if field.low is not None:
        said.append(f"at least {field.low}")
    if field.high is not None:
        said.append(f"at most {field.high}")
    if field.must:
        said.append("must be ticked" if field.kind == FieldKind.YES_NO else "cannot be empty")
    if field.required:
        said.append("must be answered")
    return " · ".join([*said, field.help] if field.help else said)
