"""What is different between two revisions, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.changes.rules.words import hit_line, item_line, metric_line, risk_line, said, step_line, words

FIELDS = {
    "title": "Title",
    "class": "Class",
    "summary": "Summary",
    "outcome": "Outcome",
    "cost_of_waiting": "Cost of waiting",
    "risk": "Risk",
    "risk_reason": "Why this risk",
    "requester": "Requester",
}
_Line = Callable[[dict[str, Any]], str]
_LISTS: dict[str, tuple[str, str, str, _Line]] = {
    # what it is called, what tells its rows apart, what a row is called, a row in one line
    "items": ("What moves", "component", "title", item_line),
    "impact": ("Reached", "key", "title", hit_line),
    "success_metrics": ("Promise", "name", "name", metric_line),
    "risks": ("What could go wrong", "text", "text", risk_line),
    "plan": ("Plan", "position", "position", step_line),
}
WINDOW = {"local_start": "Starts", "local_end": "Ends", "time_zone": "Time zone"}
ROLLBACK = {"plan": "How we go back", "minutes": "Minutes to go back", "criteria": "We go back when"}
_PARTS = {
    "after": "after steps",
    "baseline": "today",
    "bound": "go back beyond",
    "difference": "what is different",
    "from": "version before",
    "hyperparameters": "setting",
    "metrics": "measure",
    "reason": "why",
    "to": "new version",
}


@dataclass(frozen=True)
class Difference:
    """One field that differs. Empty text means that it was not there."""

    field: str
    before: str
    after: str


def differences_between(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Return each field that differs between two contents, in the order in which the page shows them."""
    found = _named(FIELDS, before, after)
    for name, (label, key, title, line) in _LISTS.items():
        found += _rows(label, (key, title), line, before.get(name, []), after.get(name, []))
    found += _named(WINDOW, before.get("window", {}), after.get("window", {}))
    found += _named(ROLLBACK, before.get("rollback", {}), after.get("rollback", {}))
    return [one for one in found if one.before != one.after]


def _named(labels: dict[str, str], before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    return [
        Difference(label, said(before.get(name), name), said(after.get(name), name))
        for name, label in labels.items()
    ]


def _rows(
    label: str,
    names: tuple[str, str],
    line: _Line,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
) -> list[Difference]:
    """Return what differs in a list: a new or lost row as one line, else each part that differs."""
    key, title = names
    old, new = {row[key]: row for row in before}, {row[key]: row for row in after}
    found = []
    for one in dict.fromkeys([*old, *new]):
        place = f"{label}: {(new.get(one) or old[one])[title]}"
        if one in old and one in new:
            found += _leaves(place, "", old[one], new[one])
        else:
            found.append(Difference(place, *(line(rows[one]) if one in rows else "" for rows in (old, new))))
    return found


def _leaves(place: str, name: str, before: Any, after: Any) -> list[Difference]:
    """Return the single values that differ, however deep: nobody finds one in a wall of all of them."""
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = before or {}, after or {}
        return [
            leaf
            for part in sorted({*old, *new})
            if old.get(part) != new.get(part)
            for leaf in _leaves(
                f"{place}, {_PARTS.get(part, words(part))}", part, old.get(part), new.get(part)
            )
        ]
    return [Difference(place, said(before, name), said(after, name))]
