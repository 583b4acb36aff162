"""What model versions are due for in a range of the calendar: to be validated, or trained, again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from apps.accounts.models import User
from apps.cards.selectors import RETRAIN, Due, due_between
from apps.catalog.models import Component
from apps.web.planning.shown import Days

LOOK_BACK = timedelta(days=366)
"""How long what was not done in time is shown beside what is due from today."""


@dataclass(frozen=True)
class DueRow:
    """A line of the list: the card, what its version is due for, when, and whether that day is past."""

    due: Due
    said: str
    late: bool


def due_in(user: User, days: Days, today: date, chosen: Mapping[str, str]) -> list[DueRow]:
    """Return what is due within some days, and what is overdue where today is among them. Two queries."""
    first = days.first - LOOK_BACK if days.first <= today <= days.last else days.first
    found = due_between(user, first, days.last)
    return [
        DueRow(one, "Retraining" if one.what == RETRAIN else "Validation", one.day < today)
        for one in found
        if _is_meant(one.card.version.component, chosen)
    ]


def _is_meant(component: Component, chosen: Mapping[str, str]) -> bool:
    """Return whether the filters that are about components let this one through."""
    team = component.owner_team.slug if component.owner_team else ""
    held = {"team": team, "kind": component.kind, "tier": str(component.tier), "component": component.key}
    alike = all(chosen[name] == value for name, value in held.items() if name in chosen)
    return alike and chosen.get("tag", "") in ("", *component.tags)
