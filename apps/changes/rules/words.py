"""The parts of a revision in words: each row in one line, each value as people write it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apps.catalog.enums import ComponentKind, DependencyKind, Severity
from apps.changes.enums import ChangeClass, Direction, Harm, Likelihood
from apps.changes.rules.risk import WORDS as RISKS

_CHOICES: dict[str, dict[Any, Any]] = {
    "class": dict(ChangeClass.choices),
    "direction": dict(Direction.choices),
    "harm": dict(Harm.choices),
    "kind": dict(ComponentKind.choices),
    "likelihood": dict(Likelihood.choices),
    "risk": RISKS,
    "severity": dict(Severity.choices),
}
_TIES = {str(kind): kind.label.lower() for kind in DependencyKind}


def said(value: Any, name: str = "", *, zone: str = "UTC") -> str:
    """Return a value as a short text; ``name`` is its field, whose choices and times have words of their own.

    Instants are told on the clock of ``zone``.
    """
    if value is None:
        return ""
    if name in _CHOICES:
        return str(_CHOICES[name].get(value, value))
    if name in ("local_start", "local_end"):
        return moment(value)
    if name in ("start", "end"):
        return instant(value, zone)
    if name == "path":
        return path(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, dict):
        told = {words(key): said(one, key, zone=zone) for key, one in value.items()}
        return "; ".join(f"{key}: {one}" for key, one in told.items() if one)
    if isinstance(value, list):
        return ", ".join(said(one, zone=zone) for one in value)
    return str(value)


def words(name: str) -> str:
    """Return the name of a field or a measure as words."""
    return name.replace("_", " ")


def moment(text: str) -> str:
    """Return a wall-clock time as people write it, with its year: it may be read long after."""
    local = datetime.fromisoformat(text) if text else None
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}" if local else ""


def instant(text: str, zone: str = "UTC") -> str:
    """Return an instant as people write it in a zone; what is none, as it stands."""
    try:
        at = datetime.fromisoformat(text)
        local = at.astimezone(ZoneInfo(zone)) if at.tzinfo else at
        return f"{moment(local.isoformat())}{_named(zone if at.tzinfo else 'UTC')}"
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        return text


def _named(zone: str) -> str:
    return " UTC" if zone == "UTC" else f" ({zone})"


def path(steps: list[dict[str, Any]]) -> str:
    """Return a path with what each component does with the one before: "a → b (reads)"."""
    return " → ".join(
        f"{step['title']} ({_TIES.get(step['kind'], step['kind'])})" if step["kind"] else step["title"]
        for step in steps
    )


def item_line(row: dict[str, Any]) -> str:
    """Return a component that moves: "2 → 3. Trained again"."""
    before = row["from"]["version"] if row["from"] else "new there"
    moved = f"{before} → {row['to']['version']}"
    return ". ".join(filter(None, [moved, row["difference"].rstrip("."), *item_warnings(row)]))


def item_warnings(row: dict[str, Any]) -> list[str]:
    """Return what the catalog said against a component that moves when this was frozen."""
    used = [f"Version {row['in_use']} is in use, not the one that it comes from"] if "in_use" in row else []
    return [*used, "Retired from the catalog"] if "retired" in row else used


def hit_line(row: dict[str, Any]) -> str:
    """Return a component that is reached, how hard, and by which path."""
    if not row["included"]:
        return f"Taken away by hand: {row['reason']}"
    hard = f"{said(row['severity'], 'severity')}, tier {row['tier']}"
    return f"{hard}. " + (f"Added by hand: {row['reason']}" if row["by_hand"] else path(row["path"]))


def contract_line(row: dict[str, Any]) -> str:
    """Return a promise that a component has made to those who rely on it, with its definition's digest."""
    line = (
        f"{row['kind']} contract of {row['component']}. {row['definition'] or 'No definition'}".capitalize()
    )
    new = row.get("proposed")
    return f"{line}. New version {new['definition']}, {new['level']}" if new else line


def freeze_line(row: dict[str, Any], zone: str = "UTC") -> str:
    """Return a freeze over the window: "FRZ-3, Thu 19 Nov 2026, 06:00 to Fri 20 Nov 2026, 06:00 (Europe/Paris)"."""
    begins, ends = instant(row["start"], zone), instant(row["end"], zone)
    return f"{row['ref']}, {begins.removesuffix(_named(zone))} to {ends}"


def metric_line(row: dict[str, Any]) -> str:
    """Return a promise: "At least 0.955. Today 0.935. Go back beyond 0.93"."""

    def measured(value: float | None, none: str) -> str:
        return none if value is None else f"{said(value)} {row['unit']}".strip()

    promise = f"{said(row['direction'], 'direction')} {measured(row['target'], 'not said')}"
    today = f"Today {measured(row['baseline'], 'not measured')}"
    return f"{promise}. {today}. Go back beyond {measured(row['bound'], 'no bound')}"


def risk_line(row: dict[str, Any]) -> str:
    """Return how likely and how bad something is, and what is done about it."""
    likely, harm = said(row["likelihood"], "likelihood"), said(row["harm"], "harm").lower()
    return f"{likely}, {harm} harm. {row['mitigation'] or 'Nothing was said about it'}"


def step_line(row: dict[str, Any]) -> str:
    """Return a step of the plan: what, who leads it, how long, after which steps, and its way back."""
    parts = [row["text"], f"{row['lead']}, {row['minutes']} minutes"]
    if row["after"]:
        parts.append(f"After step {said(row['after'])}")
    if row["way_back"]:
        parts.append(f"Way back: {row['way_back']}")
    return ". ".join(part.rstrip(".") for part in parts)


def document_line(row: dict[str, Any]) -> str:
    """Return a document: its number, what it was written with, and its fingerprint."""
    return f"{row['ref']}, written with {row['template']}, version {row['version']}. Digest {row['digest']}"
