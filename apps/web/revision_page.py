"""What the page of a revision shows: all that a signature signs, each part with one line, the rest folded away."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from apps.changes.rules.difference import FIELDS, ROLLBACK, STANDARD, WINDOW, Difference
from apps.changes.rules.words import (
    document_line,
    hit_line,
    item_line,
    metric_line,
    risk_line,
    said,
    step_line,
    words,
)
from apps.web.evidence import measure_name
from apps.web.pictures import address

Content = dict[str, Any]
_WORDS = re.compile(r"\s+|\S+")
_ALIKE = 0.5  # below this share of common words, two texts are another text, not an edited one
_LONGEST = 400  # words that are compared one by one
_EFFORT = 200_000  # pairs of words that one page compares: whoever writes a change may write it to be slow


@dataclass(frozen=True)
class Row:
    """One part with what it says. ``url`` leads to its page."""

    name: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Section:
    """Parts that belong together. ``folded`` parts are many: the title and ``line`` stand for them."""

    title: str
    rows: list[Row]
    line: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Lineage:
    """A component that moves, with where both of its versions come from, side by side."""

    title: str
    key: str
    kind: str
    line: str
    before: str
    after: str
    rows: list[tuple[str, str, str]]

    @property
    def url(self) -> str:
        return address(self.key)


@dataclass(frozen=True)
class Marked:
    """A field that differs, in pieces: each with whether it is among the words that moved."""

    field: str
    before: str
    after: str
    old: list[tuple[str, bool]]
    new: list[tuple[str, bool]]


def marked(differences: list[Difference]) -> list[Marked]:
    """Return differences with the words marked that moved, where most of the words stayed.

    Once the page has compared as much as it may, the others are shown whole.
    """
    left, found = _EFFORT, []
    for one in differences:
        old, new = _WORDS.findall(one.before), _WORDS.findall(one.after)
        pieces = [(one.before, False)], [(one.after, False)]
        effort = len(old) * len(new)
        if min(len(old), len(new)) >= 5 and max(len(old), len(new)) <= _LONGEST and effort <= left:
            left -= effort
            pieces = _pieces(old, new) or pieces
        found.append(Marked(one.field, one.before, one.after, *pieces))
    return found


def _pieces(old: list[str], new: list[str]) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]] | None:
    """Return both texts in pieces, or None when the one is no edit of the other."""
    # Spaces are in every text, so they begin no match: each would be tried with each.
    matcher = SequenceMatcher(str.isspace, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    steps = matcher.get_opcodes()
    left = [("".join(old[a:b]), tag != "equal") for tag, a, b, _, _ in steps if b > a]
    right = [("".join(new[c:d]), tag != "equal") for tag, _, _, c, d in steps if d > c]
    return left, right


def sections_of(content: Content) -> list[Section]:
    """Return all that a content says beside what moves, in the order of the change page."""
    hits = [Row(row["title"], hit_line(row), address(row["key"])) for row in content.get("impact", [])]
    count = f"{len(hits)} component{'' if len(hits) == 1 else 's'}"
    found = [
        Section("In words", _fields(FIELDS, content)),
        Section("Standard change", _fields(STANDARD, content.get("standard", {}))),
        Section("What it can reach", hits, f"{count}, each with its path", folded=True),
        Section("Success metrics", _lines(content, "success_metrics", "name", metric_line)),
        Section("Window", _fields(WINDOW, content.get("window", {}))),
        Section("Plan", _lines(content, "plan", "position", step_line, "Step ")),
        Section("How we go back", _fields(ROLLBACK, content.get("rollback", {}))),
        Section("What could go wrong", _lines(content, "risks", "text", risk_line)),
        Section("Documents", [_document(row) for row in content.get("documents", [])]),
    ]
    return [section for section in found if section.rows]


def lineages_of(content: Content) -> list[Lineage]:
    """Return what moves, each with the lineage of its versions."""
    return [
        Lineage(
            item["title"],
            item["component"],
            item["kind"],
            item_line(item),
            item["from"]["version"] if item["from"] else "",
            item["to"]["version"],
            _lineage(item["from"] or {}, item["to"]),
        )
        for item in content.get("items", [])
    ]


def _document(row: Content) -> Row:
    return Row(row["title"], document_line(row), f"/documents/{row['ref']}/")


def _fields(labels: dict[str, str], content: Content) -> list[Row]:
    rows = [Row(label, said(content.get(name), name)) for name, label in labels.items()]
    return [row for row in rows if row.text]


def _lines(
    content: Content, name: str, key: str, line: Callable[[Content], str], word: str = ""
) -> list[Row]:
    return [Row(f"{word}{row[key]}", line(row)) for row in content.get(name, [])]


def _lineage(before: Content, after: Content) -> list[tuple[str, str, str]]:
    rows = [
        ("Data", _data(before), _data(after)),
        ("Code", said(before.get("code_commit")), said(after.get("code_commit"))),
        ("Source", said(before.get("source_ref")), said(after.get("source_ref"))),
    ]
    rows += _pairs(before, after, "metrics", measure_name)
    rows += _pairs(before, after, "hyperparameters", lambda name: f"Setting {name}")
    return [row for row in rows if row[1] or row[2]]


def _pairs(
    before: Content, after: Content, name: str, called: Callable[[str], str]
) -> list[tuple[str, str, str]]:
    old, new = before.get(name) or {}, after.get(name) or {}
    return [(called(key), said(old.get(key)), said(new.get(key))) for key in sorted({*old, *new})]


def _data(version: Content) -> str:
    return "; ".join(_dataset(one) for one in version.get("datasets") or [])


def _dataset(one: Content) -> str:
    rest = [f"{words(key)} {said(value)}" for key, value in one.items() if key != "name" and said(value)]
    return ", ".join([said(one.get("name")), *rest])
