"""Times, measures and other facts as a report prints them."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.approvals.rules import describe
from apps.changes.enums import Direction, Harm, Likelihood
from apps.exports.rules.lives import Step

WITHHELD = "Withheld when this was exported."
ERASED = "Erased. The ledger keeps its digest."


def utc(moment: datetime, *, seconds: bool = False) -> str:
    """Return an instant as "19 Nov 2026, 06:00 UTC"."""
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M:%S} UTC" if seconds else f"{at.day} {at:%b %Y, %H:%M} UTC"


def day(day: date) -> str:
    """Return a day as "19 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def moment(text: str) -> datetime:
    """Return the instant that an RFC 3339 text names."""
    return datetime.fromisoformat(text)


def local(moment: datetime, time_zone: str) -> str:
    """Return an instant by the clocks of a zone: "19 Nov 2026, 07:00, Europe/Berlin (UTC+01:00)"."""
    at = moment.astimezone(ZoneInfo(time_zone))
    ahead = f"{at:%z}"
    return f"{at.day} {at:%b %Y, %H:%M}, {time_zone} (UTC{ahead[:3]}:{ahead[3:5]})"


def number(value: float | None, unit: str, none: str) -> str:
    """Return a measure with its unit, or what stands for none."""
    return none if value is None else f"{value:.12g} {unit}".strip()


def metric(row: dict[str, Any], realised: float | None) -> list[str]:
    """Return the cells of a success metric: name, today, target, bound, and what it became."""
    unit = row["unit"]
    target = f"{Direction(row['direction']).label} {number(row['target'], unit, 'not said')}"
    return [
        row["name"],
        number(row["baseline"], unit, "Not measured"),
        target,
        number(row["bound"], unit, "No bound"),
        number(realised, unit, "Not measured"),
    ]


def risk(row: dict[str, Any]) -> list[str]:
    """Return the cells of a risk: what, how likely, how bad, and what is done about it."""
    likely, harm = Likelihood(row["likelihood"]).label, Harm(row["harm"]).label
    return [row["text"], likely, harm, row["mitigation"] or "Nothing was said"]


def event(step: Step) -> str:
    """Return what a step says beyond its name: the states it leads between, or its role, or its other side."""
    data = step.data
    if "from" in data and "to" in data and step.event.startswith(("change.", "review.")):
        return f"{data['from']} → {data['to']}".replace("_", " ")
    if step.event in ("approval.kept", "approval.stale"):
        return f"{describe(data['role'], data['component'])}: {data['because']}"
    if "role" in data and "meaning" in data:
        return f"{describe(data['role'], data['component'])}, revision {data['revision']}"
    said = {
        "approval.asked": lambda: f"{len(data['asked'])} roles on revision {data['revision']}",
        "change.edited": lambda: f"step {data['step']}",
        "access.denied": lambda: str(data["action"]),
        "conflict.found": lambda: f"with {data['with']}",
        "conflict.cleared": lambda: f"with {data['with']}",
    }.get(step.event)
    return said() if said else ""
