"""Whether a change stays within the standard change that it was made from."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.changes.enums import ChangeClass, ChangeState
from apps.changes.models import Change, StandardVersion
from apps.changes.rules.standards import Made, outside, why_not_used
from apps.changes.selectors.artifacts import documents_content
from apps.changes.selectors.contracts import proposed_of
from apps.changes.selectors.items import items_of
from apps.changes.selectors.standards import life_of, times_used


@dataclass(frozen=True)
class Cover:
    """The version that a change was made from, and why the change is outside of it; ``holds`` when it is within."""

    version: StandardVersion | None = None
    outside: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.version is not None and not self.outside


def cover_of(change: Change, risk: int) -> Cover:
    """Return whether a change of this risk (1 low to 4 severe) is within what it was made from.

    No query when it was made from none.
    """
    if change.standard_id is None:
        alone = change.change_class == ChangeClass.STANDARD and change.state == ChangeState.DRAFT
        return Cover(None, ["It was not made from a standard change."] if alone else [])
    version = StandardVersion.objects.select_related("standard", "stopped_by").get(pk=change.standard_id)
    return Cover(version, outside(version.content, _made(change, version, risk)))


def _made(change: Change, version: StandardVersion, risk: int) -> Made:
    return Made(
        change_class=change.change_class,
        risk=risk,
        components=tuple(item.component.key for item in items_of(change)),
        minutes=_minutes(change.planned_start, change.planned_end),
        steps=tuple(step.text for step in change.plan_steps.order_by("position")),
        rollback_plan=change.rollback_plan,
        rollback_minutes=change.rollback_minutes,
        criteria=tuple(one.text for one in change.rollback_criteria.order_by("pk")),
        documents=frozenset(row["kind"] for row in documents_content(change)),
        broken=tuple(one.title for one in proposed_of(change) if one.breaks),
        why_not=_why_not(change, version),
    )


def _why_not(change: Change, version: StandardVersion) -> str:
    """Return why the version may not be used. What is submitted keeps its version, whatever becomes of that."""
    if change.state != ChangeState.DRAFT:
        return ""
    said = said_within(change)
    under_way = said.get("version") == version.number and not said.get("left")
    uses = times_used([version], but=change.pk).get(version.pk, 0)
    return why_not_used(life_of(version, uses, under_way=under_way))


def said_within(change: Change) -> dict[str, Any]:
    """Return what the revision in force says of the standard change that it was made from; nothing when of none."""
    said: dict[str, Any] = change.revision.content.get("standard", {}) if change.revision else {}
    return said


def _minutes(start: datetime | None, end: datetime | None) -> int:
    return int((end - start).total_seconds() // 60) if start and end else 0


def class_within(change: Change, cover: Cover) -> str:
    """Return the class by which a change goes: standard only within what it was made from, else normal.

    What was submitted as standard before standard changes were templates keeps its class.
    """
    if change.change_class == ChangeClass.STANDARD and cover.outside:
        return ChangeClass.NORMAL
    return change.change_class


def standard_content(cover: Cover) -> dict[str, Any]:
    """Return what a signature signs of a standard change, under its name; nothing when a change was made from none."""
    if cover.version is None:
        return {}
    version = cover.version
    said = {"template": version.standard.ref, "version": version.number, "digest": version.digest}
    return {"standard": said | ({"left": cover.outside} if cover.outside else {})}
