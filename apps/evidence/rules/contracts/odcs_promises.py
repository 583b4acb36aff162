"""What a data contract promises beside its columns: quality, relationships, service levels, and that it is in force."""

from typing import Any

from apps.evidence.rules.contracts.changes import Promise, what_of
from apps.evidence.rules.contracts.documents import number
from apps.evidence.rules.contracts.keyed import Entry

_AT_LEAST = ("mustBeGreaterThan", "mustBeGreaterOrEqualTo")
_AT_MOST = ("mustBeLessThan", "mustBeLessOrEqualTo")
_THRESHOLDS = (*_AT_LEAST, *_AT_MOST, "mustBe", "mustNotBe", "mustBeBetween", "mustNotBeBetween")
_NOT_CHECKED = frozenset(
    (  # fmt: skip
        "id",
        "name",
        "rule",
        "description",
        "dimension",
        "businessImpact",
        "method",
        "schedule",
        "scheduler",
        "tags",
        "customProperties",
        "authoritativeDefinitions",
    )
)
_SOFT = ("info", "warning", "low", "medium")

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_LESS_IS_BETTER = frozenset(
    (  # fmt: skip
        "latency",
        "freshness",
        "frequency",
        "errorrate",
        "timetodetect",
        "timetonotify",
        "timetorepair",
        "ly",
        "fr",
        "er",
        "td",
        "tn",
        "tr",
    )
)
_MORE_IS_BETTER = frozenset(["availability", "throughput", "retention", "av", "th", "re"])

_IN_FORCE = {"retired": 0, "deprecated": 1}


def quality(entry: Entry, rest: tuple[str, ...]) -> Promise:
    """Return what a quality rule does. One that a check can fail is a promise; one in words is half of one."""
    if len(rest) == 2:
        rule = entry.before or entry.after
        firm = isinstance(rule, dict) and _checkable(rule)
        if what_of(entry.before, entry.after) == "added":
            return Promise.MORE if firm else Promise.SOMEWHAT_MORE
        return Promise.LESS if firm else Promise.SOMEWHAT_LESS
    name = rest[2]
    if name in _NOT_CHECKED:
        return Promise.SAME
    if len(rest) == 3 and name in _THRESHOLDS:
        return _threshold(name, entry)
    if len(rest) == 3 and name == "severity":
        before, after = (str(side or "error").lower() in _SOFT for side in (entry.before, entry.after))
        if before == after:
            return Promise.SAME
        return Promise.SOMEWHAT_LESS if after else Promise.SOMEWHAT_MORE
    if rest[2:4] == ("arguments", "validValues"):
        return _valid_values(entry.before, entry.after)
    return Promise.UNCLEAR


def relationship(entry: Entry, rest: tuple[str, ...]) -> Promise:
    """Return what a relationship does. Only a foreign key is one that data can break."""
    whole = entry.before or entry.after if len(rest) == 2 else entry.old_owner
    if isinstance(whole, dict) and whole.get("type", "foreignKey") != "foreignKey":
        return Promise.SAME
    if len(rest) == 2:
        return Promise.MORE if what_of(entry.before, entry.after) == "added" else Promise.LESS
    if rest[2] == "type":
        return Promise.LESS
    return Promise.OTHER if rest[2] in ("from", "to") else Promise.SAME


def service_level(entry: Entry) -> Promise:
    """Return what a service level does. Only a number can be held against another: “99.9%” is words."""
    if len(entry.path) == 2:
        what = what_of(entry.before, entry.after)
        return {"added": Promise.SOMEWHAT_MORE, "removed": Promise.SOMEWHAT_LESS}.get(what, Promise.UNCLEAR)
    if entry.path[2] == "element":
        return Promise.UNCLEAR
    if entry.path[2] not in ("value", "unit"):
        return Promise.SAME
    name = entry.path[1].split(" (")[0].lower()
    before, after = _amount(entry.old_owner), _amount(entry.new_owner)
    if (
        before is None
        or after is None
        or before[1] != after[1]
        or name not in _LESS_IS_BETTER | _MORE_IS_BETTER
    ):
        return Promise.SAME
    if before == after:
        return Promise.SAME
    better = (after[0] < before[0]) == (name in _LESS_IS_BETTER)
    return Promise.SOMEWHAT_MORE if better else Promise.SOMEWHAT_LESS


def status(before: Any, after: Any) -> Promise:
    """Return what a status does. A retired contract promises nothing any more, and a deprecated one not for long."""
    old, new = (_IN_FORCE.get(str(side).lower(), 2) for side in (before, after))
    if old == new:
        return Promise.SAME
    retired = 0 in (old, new)
    if new < old:
        return Promise.LESS if retired else Promise.SOMEWHAT_LESS
    return Promise.MORE if retired else Promise.SOMEWHAT_MORE


def _checkable(rule: dict[str, Any]) -> bool:
    if str(rule.get("severity") or "error").lower() in _SOFT or rule.get("type") == "text":
        return False
    return bool(rule.get("implementation")) or any(rule.get(name) is not None for name in _THRESHOLDS)


def _threshold(name: str, entry: Entry) -> Promise:
    what = what_of(entry.before, entry.after)
    if what != "changed":
        others = any(
            side.get(one) is not None
            for side in (entry.old_owner, entry.new_owner)
            for one in _THRESHOLDS
            if one != name
        )
        if others:
            return Promise.UNCLEAR
        return Promise.MORE if what == "added" else Promise.LESS
    before, after = number(entry.before), number(entry.after)
    if before is None or after is None or name not in (*_AT_LEAST, *_AT_MOST):
        return Promise.OTHER if name == "mustBe" and None not in (before, after) else Promise.UNCLEAR
    return Promise.MORE if (after > before) == (name in _AT_LEAST) else Promise.LESS


def _valid_values(before: Any, after: Any) -> Promise:
    if not isinstance(before, list) or not isinstance(after, list):
        return Promise.UNCLEAR
    old, new = ({str(value) for value in side} for side in (before, after))
    if old == new:
        return Promise.SAME
    if new < old:
        return Promise.MORE
    return Promise.LESS if old < new else Promise.OTHER


def _amount(level: dict[str, Any]) -> tuple[float, str] | None:
    """Return a number and what it counts, durations in seconds."""
    value = level.get("value")
    found = number(value)
    if found is None or isinstance(value, str):
        return None
    unit = str(level.get("unit") or "").lower()
    if unit[:2] == "mo":
        return found * 30 * 86400, "seconds"
    if unit and unit[0] in _SECONDS and (len(unit) == 1 or unit.rstrip("s") in _WORDS):
        return found * _SECONDS[unit[0]], "seconds"
    return found, unit


_WORDS = frozenset(["sec", "second", "min", "minute", "hr", "hour", "day", "week", "wk", "yr", "year"])
