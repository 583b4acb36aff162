"""The form of a template: its questions with the answers so far, as the pages show them.

The form judges nothing. What was typed is shown as it was typed, and the problems that ``apps.playbooks`` found stand
at their questions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField

from apps.playbooks.enums import FieldKind
from apps.playbooks.rules import (
    COUNT,
    MOST_ROWS,
    Content,
    Field,
    Path,
    Problem,
    Shape,
    cleaned,
    posted,
    said,
)
from apps.web.fields import Problem as Line

_WIDTHS = {
    FieldKind.LONG: "g12",
    FieldKind.NUMBER: "g3",
    FieldKind.INTEGER: "g3",
    FieldKind.DATE: "g3",
}


@dataclass
class Row:
    """One row of a list, with its answers."""

    label: str
    anchor: str
    place: int
    answers: list[tuple[str, BoundField]]
    is_last: bool


@dataclass
class Part:
    """One question: a control (``bound``), or a list of rows."""

    asked: Field
    name: str
    bound: BoundField | None = None
    rows: list[Row] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= (self.asked.high or MOST_ROWS)

    @property
    def bounds(self) -> str:
        return _bounds(self.asked)

    @property
    def add_id(self) -> str:
        return f"id_{self.name}-add"


class Sheet:
    """A shape with answers and the problems in them.

    ``prefix`` keeps two sheets on one page apart. ``focus`` is the id of the control that the page opens at.
    """

    def __init__(
        self,
        shape: Shape,
        content: Content,
        problems: Iterable[Problem] = (),
        *,
        prefix: str = "",
        focus: str = "",
    ) -> None:
        self.shape = shape
        self.focus = focus
        self._prefix = f"{prefix}-" if prefix else ""
        self._problems: dict[Path, list[str]] = {}
        for problem in problems:
            self._problems.setdefault(problem.path, []).append(problem.text)
        sent = posted(shape, content)
        self._data = {f"{self._prefix}{name}": value for name, value in sent.items()}
        self.parts = list(self._parts())

    @property
    def problems(self) -> list[Line]:
        """Return the lines of the error summary, each leading to its question."""
        return [
            Line(f"{self._where(path)}{text}", self._target(path))
            for path, texts in self._problems.items()
            for text in texts
        ]

    def _parts(self) -> Iterable[Part]:
        single = tuple(field for field in self.shape.fields if field.kind != FieldKind.ROWS)
        form = self._form(single, self._prefix.rstrip("-"), ())
        for field_ in self.shape.fields:
            name = f"{self._prefix}{field_.name}"
            if field_.kind == FieldKind.ROWS:
                yield Part(field_, name, rows=self._rows(field_, name), errors=self._said((field_.name,)))
            else:
                yield Part(field_, name, bound=form[field_.name])

    def _rows(self, field_: Field, name: str) -> list[Row]:
        count = int(self._data.get(f"{name}-{COUNT}", "0"))
        rows = []
        for place in range(count):
            form = self._form(field_.fields, f"{name}-{place}", (field_.name, place))
            answers = [(_WIDTHS.get(part.kind, "g6"), form[part.name]) for part in field_.fields]
            anchor = answers[0][1].id_for_label
            rows.append(Row(f"{field_.label}: row {place + 1}", anchor, place, answers, place == count - 1))
        return rows

    def _form(self, fields: tuple[Field, ...], prefix: str, path: Path) -> forms.Form:
        form = forms.Form(self._data, prefix=prefix or None)
        for field_ in fields:
            form.fields[field_.name] = control(field_)
            if self.focus == f"id_{form.add_prefix(field_.name)}":
                form.fields[field_.name].widget.attrs["autofocus"] = True
            if path and field_.kind == FieldKind.LONG:
                form.fields[field_.name].widget.attrs["rows"] = 2
        form.full_clean()
        for field_ in fields:
            for text in self._said((*path, field_.name)):
                form.add_error(field_.name, text)
        return form

    def _said(self, path: Path) -> list[str]:
        return self._problems.get(path, [])

    def _where(self, path: Path) -> str:
        """Return which row a problem is in: the row's number alone would not say of which list."""
        if len(path) < 2:
            return ""
        label = next((field.label for field in self.shape.fields if field.name == path[0]), "")
        return f"{label}, row {int(path[1]) + 1}. "

    def _target(self, path: Path) -> str:
        kinds = {field.name: field.kind for field in self.shape.fields}
        last = "-add" if len(path) == 1 and path and kinds.get(str(path[0])) == FieldKind.ROWS else ""
        return f"id_{self._prefix}{'-'.join(map(str, path))}{last}"


def control(field_: Field) -> forms.Field:
    """Return the control of one question. It takes whatever is typed: judging is not the form's business."""
    optional = "" if field_.required or field_.must or field_.kind == FieldKind.YES_NO else " (optional)"
    given: dict[str, Any] = {"required": False, "label": f"{field_.label}{optional}"}
    given["help_text"] = " ".join(part for part in (field_.help, _bounds(field_)) if part)
    if field_.kind == FieldKind.YES_NO:
        return forms.BooleanField(**given)
    return forms.CharField(widget=_widget(field_), strip=False, **given)


def _widget(field_: Field) -> forms.Widget:
    if field_.kind == FieldKind.CHOICE:
        return forms.Select(choices=[("", "Choose"), *((one, one) for one in field_.choices)])
    if field_.kind == FieldKind.LONG:
        return forms.Textarea(attrs={"rows": 4})
    if field_.kind == FieldKind.DATE:
        return forms.TextInput(attrs={"type": "date"})
    modes = {FieldKind.NUMBER: "decimal", FieldKind.INTEGER: "numeric"}
    # A phone's keyboard of whole numbers has no minus.
    mode = "text" if field_.low is None or field_.low < 0 else modes.get(field_.kind, "text")
    return forms.TextInput(attrs={"inputmode": mode} if field_.kind in modes else {})


_UNITS = {
    FieldKind.TEXT: ("letter", "letters"),
    FieldKind.LONG: ("letter", "letters"),
    FieldKind.ROWS: ("row", "rows"),
}


def _bounds(field_: Field) -> str:
    """Return in words what bounds an answer; empty when nothing does."""
    low, high = field_.low or None if field_.kind in _UNITS else field_.low, field_.high
    one, many = _UNITS.get(field_.kind, ("", ""))
    last = high if high is not None else low
    unit = f" {one if last == 1 else many}" if one else ""
    if low is not None and high is not None:
        return f"From {low} to {high}{unit}."
    if low is not None:
        return f"At least {low}{unit}."
    return "" if high is None else f"At most {high}{unit}."


@dataclass(frozen=True)
class Answer:
    """An answer to read. ``rows`` are the answers of each row, under ``heads``."""

    label: str
    text: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()


def answers_of(shape: Shape, content: Content) -> list[Answer]:
    """Return the answers of a document in the order of the questions, each with its words."""
    return [_answer(field_, content.get(field_.name)) for field_ in shape.fields]


def _answer(field_: Field, value: Any) -> Answer:
    if field_.kind != FieldKind.ROWS:
        return Answer(field_.label, said(field_, value))
    heads = tuple(part.label for part in field_.fields)
    rows = tuple(
        tuple((part.label, said(part, row.get(part.name))) for part in field_.fields) for row in value or []
    )
    return Answer(field_.label, "", heads, rows)


@dataclass(frozen=True)
class Act:
    """A button that was pressed: ``verb``, and for rows the list and the place."""

    verb: str
    name: str = ""
    place: int = -1


def act_of(data: Mapping[str, str]) -> Act:
    """Return which button was pressed; saving when none is named."""
    verb, _, rest = cleaned(data.get("act", ""), lines=False).partition(":")
    name, _, place = rest.partition(":")
    number = int(place) if place.isascii() and place.isdecimal() and len(place) < 5 else -1
    return Act(verb or "save", name, number)


def rearranged(shape: Shape, content: Content, act: Act) -> tuple[Content, str]:
    """Return the answers with a row added, taken away or moved up, and the id that takes the focus then."""
    field_ = next((each for each in shape.fields if each.name == act.name), None)
    if field_ is None or field_.kind != FieldKind.ROWS:
        return content, ""
    rows = list(content.get(field_.name, []))
    first = f"id_{field_.name}-{{}}-{field_.fields[0].name}"
    target = f"id_{field_.name}-add"
    if act.verb == "add" and len(rows) < MOST_ROWS:
        rows.append({})
        target = first.format(len(rows) - 1)
    elif act.verb == "remove" and 0 <= act.place < len(rows):
        rows.pop(act.place)
    elif act.verb == "up" and 0 < act.place < len(rows):
        rows.insert(act.place - 1, rows.pop(act.place))
        target = first.format(act.place - 1)
    return content | {field_.name: rows}, target
