"""Reads YAML that strangers wrote, one document at a time, so that one bad document does not spoil its file.

The values are built straight from the parser's events. So a small file cannot grow into a big value through its
aliases, be it by many values or by a few long texts, a deep one cannot exhaust the stack, and nothing but text,
numbers, true, false, null, lists and mappings ever comes out: no tags, and no dates (YAML 1.2 core schema).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

MAX_DEPTH = 64
MAX_VALUES = 50_000
"""Values in one document after its aliases are followed. The largest real descriptors hold a few thousand."""

MAX_REPEATED = 1_000_000
"""Letters that the aliases of one document may add to it. Whoever reads the values copies each text."""

_MARKER = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_SILENT = ("#", "%", "...")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Unreadable(Exception):
    """A document that cannot be taken, with a plain reason."""


@dataclass(frozen=True)
class Document:
    """One document of a file: its place from 1, and either its value or why there is none."""

    place: int
    value: Any = None
    problem: str = ""


def read_documents(text: str, max_values: int = MAX_VALUES) -> list[Document]:
    """Return every document of a YAML text that is not empty, each read on its own and with ``max_values`` at most."""
    parts = _split(text.removeprefix("\ufeff"))
    return [_read(place, first_line, part, max_values) for place, first_line, part in parts]


def _split(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield place, first line and text. A ``---`` at the start of a line always opens a document in YAML."""
    cuts = [0, *(match.start() for match in _MARKER.finditer(text)), len(text)]
    place, line = 0, 1
    for number, (start, end) in enumerate(pairwise(cuts)):
        part = text[start:end]
        empty = _is_empty(part[3:] if number else part)
        if number or not empty:
            place += 1
        if not empty:
            yield place, line, part
        line += part.count("\n")


def _is_empty(text: str) -> bool:
    lines = (line.strip() for line in text.split("\n"))
    return all(not line or line.startswith(_SILENT) for line in lines)


def _read(place: int, first_line: int, text: str, max_values: int) -> Document:
    try:
        return Document(place, _Builder(max_values).build(text))
    except Unreadable as error:
        return Document(place, problem=str(error))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        what = " ".join(str(error.problem or error.context or "it breaks off").split())
        return Document(place, problem=f"This is not valid YAML, line {line}: {what}.")
    except yaml.YAMLError as error:
        return Document(place, problem=f"This is not valid YAML: {' '.join(str(error).split())[:200]}.")


class _Builder:
    """Builds one document's value and counts as it goes."""

    def __init__(self, max_values: int) -> None:
        self.max_values = max_values
        self.count = 0
        self.letters = 0
        self.max_letters = MAX_REPEATED
        self.anchors: dict[str, tuple[Any, int, int]] = {}

    def build(self, text: str) -> Any:
        self.max_letters = len(text) + MAX_REPEATED
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                return self._finish(self._value(event, events, 0), events)
        return None

    def _finish(self, value: Any, events: Iterator[yaml.Event]) -> Any:
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                raise Unreadable("A second document starts here without its --- line.")
        return value

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise Unreadable(f"It is nested deeper than {MAX_DEPTH} levels.")
        before, letters_before = self.count, self.letters
        self._add(1, 0)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor))
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            self._add(0, len(event.value))
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(events, depth)
        else:
            value = self._mapping(events, depth)
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self.anchors[event.anchor] = (value, self.count - before, self.letters - letters_before)
        return value

    def _add(self, values: int, letters: int) -> None:
        self.count += values
        self.letters += letters
        if self.count > self.max_values:
            raise Unreadable(f"It holds more than {self.max_values:,} values once its aliases are followed.")
        if self.letters > self.max_letters:
            raise Unreadable(f"Its aliases repeat more than {MAX_REPEATED:,} letters.")

    def _alias(self, anchor: str) -> Any:
        if anchor not in self.anchors:
            raise Unreadable(f"The alias *{anchor} has no anchor before it, or stands inside it.")
        value, values, letters = self.anchors[anchor]
        self._add(values, letters)
        return value

    def _sequence(self, events: Iterator[yaml.Event], depth: int) -> list[Any]:
        items = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, events, depth + 1))
        return items

    def _mapping(self, events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._value(event, events, depth + 1)
            value = self._value(next(events), events, depth + 1)
            if isinstance(key, list | dict):
                raise Unreadable("A key of a mapping is a list or a mapping.")
            if key == "<<":
                merged = _merge(value) | merged
            elif (name := _key_text(key)) in own:
                raise Unreadable(f"The key {name} stands twice in one mapping.")
            else:
                own[name] = value
        return merged | own


def _merge(value: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in reversed(value if isinstance(value, list) else [value]):
        if not isinstance(part, dict):
            raise Unreadable("A merge key << names something that is not a mapping.")
        merged |= part
    return merged


def _key_text(key: Any) -> str:
    if key is None or isinstance(key, bool):
        return str(key).lower()
    return str(key)


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if _UNKEEPABLE.search(text):
        raise Unreadable("It holds a character that no database keeps (NUL or half a surrogate pair).")
    if event.style or event.tag not in (None, "!"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    # A number that would not come back as it was written stays text: 1.10 is a version, not 1.1.
    if _REAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text
