"""A submitted change as people read it: from its revision, with names for the people and owners of today."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.changes.models import Change, Revision
from apps.changes.rules.impact import ImpactRow, row_from_content
from apps.changes.rules.plan import starts_of
from apps.changes.selectors.impact import owner_of, owners_by_key

_PERSON = re.compile(r"person:(\d+)")


@dataclass(frozen=True)
class ItemRow:
    """A component that moves. ``before`` is empty when it is new there."""

    key: str
    title: str
    kind: str
    before: str
    after: str
    difference: str
    owner: str

    @property
    def kind_word(self) -> str:
        return ComponentKind(self.kind).label


@dataclass(frozen=True)
class PlanRow:
    """A step of the plan, with when it starts when all goes as planned."""

    position: int
    text: str
    lead: str
    minutes: int
    way_back: str
    after: tuple[int, ...]
    starts: datetime | None


@dataclass(frozen=True)
class Reading:
    """What a revision says."""

    revision: Revision
    items: list[ItemRow]
    impact: list[ImpactRow]
    plan: list[PlanRow]
    content: dict[str, Any]

    @property
    def reached(self) -> list[ImpactRow]:
        return [row for row in self.impact if row.included]

    @property
    def ticked_off(self) -> list[ImpactRow]:
        return [row for row in self.impact if not row.included]

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.plan)


def reading_of(change: Change, revision: Revision) -> Reading:
    """Return what a revision of a change says; two queries at any size."""
    content: dict[str, Any] = revision.content
    items, impact, plan = (content.get(name, []) for name in ("items", "impact", "plan"))
    owners = owners_by_key([row["component"] for row in items] + [row["key"] for row in impact])
    return Reading(
        revision,
        [_item(row, owners.get(row["component"])) for row in items],
        [_reached(row, owners.get(row["key"])) for row in impact],
        _plan(change, plan),
        content,
    )


def _item(row: dict[str, Any], component: Component | None) -> ItemRow:
    before = row["from"]["version"] if row["from"] else ""
    return ItemRow(
        row["component"],
        row["title"],
        row["kind"],
        before,
        row["to"]["version"],
        row["difference"],
        owner_of(component),
    )


def _reached(row: dict[str, Any], component: Component | None) -> ImpactRow:
    return row_from_content(
        row, owner=owner_of(component), team_id=component.owner_team_id if component else None
    )


def _plan(change: Change, rows: list[dict[str, Any]]) -> list[PlanRow]:
    people = _people(row["lead"] for row in rows)
    offsets = starts_of([(row["minutes"], row["after"]) for row in rows])
    start = change.planned_start
    return [
        PlanRow(
            row["position"],
            row["text"],
            people.get(row["lead"], "Somebody who has left"),
            row["minutes"],
            row["way_back"],
            tuple(row["after"]),
            start + timedelta(minutes=offset) if start else None,
        )
        for row, offset in zip(rows, offsets, strict=True)
    ]


def _people(marks: Any) -> dict[str, str]:
    numbers = {int(found[1]) for mark in marks if (found := _PERSON.fullmatch(mark))}
    if not numbers:
        return {}
    return {f"person:{user.pk}": str(user) for user in User.objects.filter(pk__in=numbers)}
