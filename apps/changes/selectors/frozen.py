"""A change as it was submitted last, for those who may not read its edits since."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.changes.models import Change


def as_submitted(change: Change) -> Change:
    """Put what its revision says over a change's own fields, in memory alone.

    It is to be read, never saved; services fetch their own. ``items_of``, ``reached_by`` and the contracts that it
    brings follow. What else hangs on it (steps, risks) is still the draft's: read that from the revision.
    """
    assert change.revision is not None
    content = change.revision.content
    for name in ("title", "summary", "outcome", "cost_of_waiting", "risk"):
        setattr(change, name, content[name])
    change.late_reason = content.get("late_reason", "")
    window = content["window"]
    for name in ("time_zone", "local_start", "local_end"):
        setattr(change, name, window[name])
    change.change_class = content["class"]
    change.planned_start, change.planned_end = _instant(window["start"]), _instant(window["end"])
    change.rollback_plan = content["rollback"]["plan"]
    change.rollback_minutes = content["rollback"]["minutes"]
    change.is_as_submitted = True
    return change


def submitted_parts(change: Change) -> dict[str, Any]:
    """Return what hangs on a change as it was submitted last, as REST shows it; one query for the usernames."""
    assert change.revision is not None
    content = change.revision.content
    leads = _usernames(step["lead"] for step in content["plan"])
    return {
        "items": [_item(item) for item in content["items"]],
        "success_metrics": content["success_metrics"],
        "rollback_criteria": content["rollback"]["criteria"],
        "risk_scenarios": content["risks"],
        "plan_steps": [step | {"lead": leads.get(step["lead"], "")} for step in content["plan"]],
        "impact_notes": [
            {"component": row["key"], "included": row["included"], "reason": row["reason"]}
            for row in content["impact"]
            if row["by_hand"] or not row["included"]
        ],
    }


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "component": item["component"],
        "from_version": item["from"]["version"] if item["from"] else None,
        "to_version": item["to"]["version"],
        "difference": item["difference"],
    }


def _usernames(names: Iterable[str]) -> dict[str, str]:
    numbers = {int(name.removeprefix("person:")) for name in names}
    return {f"person:{user.pk}": user.username for user in User.objects.filter(pk__in=numbers)}


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
