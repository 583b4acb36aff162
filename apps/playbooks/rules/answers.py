"""Answers as a form sends them, and as JSON. What cannot be read stays as it was typed, so that nothing is lost."""

import math
import re
from collections.abc import Mapping
from typing import Any

from apps.core.canonical import LARGEST_EXACT
from apps.playbooks.enums import FieldKind
from apps.playbooks.rules.schema import MOST_ROWS, Field, Shape

Content = dict[str, Any]
COUNT = "count"
"""``steps-count`` says how many rows of ``steps`` a form has sent."""

LONGEST = 20_000
_WHOLE = re.compile(r"[+-]?\d{1,16}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_LINES = (FieldKind.LONG,)


def read(shape: Shape, data: Mapping[str, str]) -> Content:
    """Return the answers that a form has sent. An empty one is left out; a row stays, even when it is empty."""
    return _read(shape.fields, data, "")


def _read(fields: tuple[Field, ...], data: Mapping[str, str], prefix: str) -> Content:
    content: Content = {}
    for field in fields:
        name = f"{prefix}{field.name}"
        if field.kind == FieldKind.ROWS:
            count = min(_count(data.get(f"{name}-{COUNT}", "")), MOST_ROWS)
            content[field.name] = [_read(field.fields, data, f"{name}-{place}-") for place in range(count)]
        elif field.kind == FieldKind.YES_NO:
            content[field.name] = name in data
        elif text := cleaned(data.get(name, ""), lines=field.kind in _LINES):
            content[field.name] = _value(field.kind, text)
    return content


def cleaned(text: str, *, lines: bool) -> str:
    """Return a text as it is kept: no NUL, no lone surrogate, no space around it; one line unless ``lines``."""
    text = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (text if lines else text.replace("\n", " ")).strip()[:LONGEST]


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def _value(kind: FieldKind, text: str) -> Any:
    if kind not in (FieldKind.NUMBER, FieldKind.INTEGER):
        return text
    if _WHOLE.fullmatch(text):
        return int(text) if abs(int(text)) < LARGEST_EXACT else text
    if not _DECIMAL.fullmatch(text):
        return text
    number = float(text)
    if not math.isfinite(number) or abs(number) >= LARGEST_EXACT:
        return text
    return int(number) if kind == FieldKind.INTEGER and number.is_integer() else number


def posted(shape: Shape, content: Content) -> dict[str, str]:
    """Return answers as a form would send them: what ``read`` gives back."""
    return _posted(shape.fields, content, "")


def _posted(fields: tuple[Field, ...], content: Content, prefix: str) -> dict[str, str]:
    sent: dict[str, str] = {}
    for field in fields:
        name, value = f"{prefix}{field.name}", content.get(field.name)
        if field.kind == FieldKind.ROWS:
            rows = value if isinstance(value, list) else []
            sent[f"{name}-{COUNT}"] = str(len(rows))
            for place, row in enumerate(rows):
                sent |= _posted(field.fields, row if isinstance(row, dict) else {}, f"{name}-{place}-")
        elif field.kind == FieldKind.YES_NO:
            sent |= {name: "on"} if value is True else {}
        elif value is not None:
            sent[name] = str(value)
    return sent


def without_blank_rows(shape: Shape, content: Content) -> Content:
    """Return answers without the rows in which nothing was answered."""
    lists = {field.name for field in shape.fields if field.kind == FieldKind.ROWS}
    return {
        name: [row for row in value if any(answer is not False for answer in row.values())]
        if name in lists and isinstance(value, list)
        else value
        for name, value in content.items()
    }


def said(field: Field, value: Any) -> str:
    """Return an answer as people read it; empty when there is none."""
    if field.kind == FieldKind.YES_NO:
        return "Yes" if value is True else "No"
    return "" if value is None else str(value)
