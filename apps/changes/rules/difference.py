"""What is different between two revisions, in words."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from apps.changes.rules.words import (
    contract_line,
    document_line,
    freeze_line,
    hit_line,
    item_line,
    metric_line,
    risk_line,
    said,
    step_line,
    words,
)
from apps.core.canonical import canonical_bytes

FIELDS = {
    "title": "Title",
    "class": "Class",
    "summary": "Summary",
    "outcome": "Outcome",
    "cost_of_waiting": "Cost of waiting",
    "late_reason": "Why it comes late",
    "risk": "Risk",
    "risk_reason": "Why this risk",
    "requester": "Requester",
}
_Line = Callable[[dict[str, Any]], str]
_Say = Callable[[Any, str], str]
_LISTS: dict[str, tuple[str, str, str, _Line]] = {
    # what it is called, what tells its rows apart, what a row is called, a row in one line
    "items": ("What moves", "component", "title", item_line),
    "impact": ("Reached", "key", "title", hit_line),
    "success_metrics": ("Promise", "name", "name", metric_line),
    "risks": ("What could go wrong", "text", "text", risk_line),
    "plan": ("Plan", "position", "position", step_line),
    "documents": ("Document", "ref", "title", document_line),
    "contracts": ("Promised", "key", "title", contract_line),
    "freezes": ("Freeze", "ref", "title", freeze_line),
}
WINDOW = {"local_start": "Starts", "local_end": "Ends", "time_zone": "Time zone"}
STANDARD = {"template": "Made from", "version": "Version", "left": "Why it goes as a normal change"}
ROLLBACK = {"plan": "How we go back", "minutes": "Minutes to go back", "criteria": "We go back when"}
_PARTS = {
    "after": "after steps",
    "baseline": "today",
    "bound": "go back beyond",
    "difference": "what is different",
    "from": "version before",
    "hyperparameters": "setting",
    "in_use": "version in use now",
    "metrics": "measure",
    "proposed": "new version",
    "reason": "why",
    "retired": "retired from the catalog",
    "to": "new version",
}


@dataclass(frozen=True)
class Difference:
    """One field that differs. Empty text means that it was not there."""

    field: str
    before: str
    after: str

    @property
    def line(self) -> str:
        """Return it in one line: "Window, starts: 06:00 → 07:00"."""
        return f"{self.field}: {self.before or 'was not there'} → {self.after or 'taken away'}"


def differences_between(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Return each field that differs between two contents, in the order in which the page shows them.

    Two contents with different digests always differ in at least one field here. Freezes are told on the clock that
    the change is planned by.
    """
    found = _named(FIELDS, before, after)
    zone = _zone(after) or _zone(before) or "UTC"
    lines: dict[str, _Line] = {"freezes": partial(freeze_line, zone=zone)}
    say: _Say = partial(said, zone=zone)
    for name, (label, key, title, line) in _LISTS.items():
        rows = before.get(name, []), after.get(name, [])
        found += _rows(label, (key, title), lines.get(name, line), *rows, say)
    found += _nested("Window", WINDOW, before.get("window", {}), after.get("window", {}))
    found += _nested("Rollback", ROLLBACK, before.get("rollback", {}), after.get("rollback", {}))
    found += _nested("Standard change", STANDARD, before.get("standard", {}), after.get("standard", {}))
    return found + _rest("", {*FIELDS, *_LISTS, "window", "rollback", "standard"}, before, after)


def _zone(content: dict[str, Any]) -> str:
    return str(content.get("window", {}).get("time_zone") or "")


def _nested(
    place: str, labels: dict[str, str], before: dict[str, Any], after: dict[str, Any]
) -> list[Difference]:
    """Return what differs in the parts with a label; what has none, only when nothing else says it.

    So the instants of a window stay out while its wall-clock says them.
    """
    return _named(labels, before, after) or _rest(f"{place}, ", set(labels), before, after)


def _rest(place: str, known: set[str], before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    names = sorted({*before, *after} - known)
    return _named({name: f"{place}{words(name)}".capitalize() for name in names}, before, after)


def _named(labels: dict[str, str], before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    return [
        one for name, label in labels.items() for one in _one(label, name, before.get(name), after.get(name))
    ]


def _one(label: str, name: str, before: Any, after: Any, say: _Say = said) -> list[Difference]:
    """Return the difference of two values, if any. Two that read alike are shown as they are signed."""
    signed = [canonical_bytes(value).decode() for value in (before, after)]
    if signed[0] == signed[1]:
        return []
    read = [say(before, name), say(after, name)]
    return [Difference(label, *(signed if read[0] == read[1] else read))]


def _rows(
    label: str,
    names: tuple[str, str],
    line: _Line,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    say: _Say,
) -> list[Difference]:
    """Return what differs in a list: a new or lost row as one line, each part that differs, and the order."""
    key, title = names
    old, new = placed(key, before), placed(key, after)
    found = []
    for at in dict.fromkeys([*old, *new]):
        place = f"{label}: {_title(at, new.get(at) or old[at], title)}"
        if at in old and at in new:
            found += _leaves(place, "", old[at], new[at], say)
        else:
            found.append(Difference(place, *(line(rows[at]) if at in rows else "" for rows in (old, new))))
    stayed = [_title(at, old[at], title) for at in old if at in new]
    now = [_title(at, old[at], title) for at in new if at in old]
    return found + _one(f"{label}, order", "", stayed, now)


def placed(key: str, rows: list[dict[str, Any]]) -> dict[tuple[Any, int], dict[str, Any]]:
    """Return the rows by what tells them apart, and by how many of the same stand above them."""
    seen: Counter[Any] = Counter()
    placed = {}
    for row in rows:
        placed[row[key], seen[row[key]]] = row
        seen[row[key]] += 1
    return placed


def _title(at: tuple[Any, int], row: dict[str, Any], title: str) -> str:
    return f"{row[title]} ({at[1] + 1})" if at[1] else str(row[title])


def _leaves(place: str, name: str, before: Any, after: Any, say: _Say) -> list[Difference]:
    """Return the single values that differ, however deep: nobody finds one in a wall of all of them."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            leaf
            for part in sorted({*before, *after})
            for leaf in _leaves(
                f"{place}, {_PARTS.get(part, words(part))}", part, before.get(part), after.get(part), say
            )
        ]
    return _one(place, name, before, after, say)
