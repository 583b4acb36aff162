"""What is different between two revisions, in words."""

from dataclasses import dataclass
from typing import Any

_FIELDS = {
    "title": "Title",
    "class": "Class",
    "summary": "Summary",
    "outcome": "Outcome",
    "cost_of_waiting": "Cost of waiting",
    "risk": "Risk",
    "risk_reason": "Why this risk",
    "requester": "Requester",
}
_LISTS = {
    "items": ("What moves", "component"),
    "impact": ("Impact", "key"),
    "success_metrics": ("Success metric", "name"),
    "risks": ("What could go wrong", "text"),
    "plan": ("Plan, step", "position"),
}


@dataclass(frozen=True)
class Difference:
    """One field that differs. Empty text means that it was not there."""

    field: str
    before: str
    after: str


def differences_between(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Return each field that differs between two contents, in the order in which the page shows them."""
    found = [_plain(label, before.get(name), after.get(name)) for name, label in _FIELDS.items()]
    for name, (label, key) in _LISTS.items():
        found += _rows(label, key, before.get(name, []), after.get(name, []))
    found += _nested("Window", before.get("window", {}), after.get("window", {}))
    found += _nested("Rollback", before.get("rollback", {}), after.get("rollback", {}))
    return [one for one in found if one.before != one.after]


def _plain(label: str, before: Any, after: Any) -> Difference:
    return Difference(label, said(before), said(after))


def _nested(label: str, before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    names = dict.fromkeys([*before, *after])
    return [
        _plain(f"{label}, {name.replace('_', ' ')}", before.get(name), after.get(name))
        for name in names
        if name not in ("start", "end")  # said by the wall-clock and its zone
    ]


def _rows(
    label: str, key: str, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> list[Difference]:
    old, new = {row[key]: row for row in before}, {row[key]: row for row in after}
    found = []
    for name in dict.fromkeys([*old, *new]):
        place = f"{label} {name}"
        if name not in old:
            found.append(Difference(place, "", said(new[name])))
        elif name not in new:
            found.append(Difference(place, said(old[name]), ""))
        else:
            found += _nested(place, old[name], new[name])
    return found


def said(value: Any) -> str:
    """Return a JSON value as a short text: lists with commas, mappings as "name: value"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {said(one)}" for name, one in value.items() if said(one))
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    return str(value)
