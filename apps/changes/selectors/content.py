"""Everything that a signature on a change signs, as JSON."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from apps.calendar.selectors import Caught, Window, freezes_catching
from apps.catalog.models import ComponentVersion, Contract
from apps.catalog.selectors import versions_named_in_use
from apps.changes.enums import ChangeClass
from apps.changes.models import Change, ChangeItem
from apps.changes.rules.contracts import Proposed
from apps.changes.rules.impact import ImpactRow
from apps.changes.selectors.artifacts import documents_content
from apps.changes.selectors.contracts import contracts_of, proposed_of
from apps.changes.selectors.covered import class_within, cover_of, standard_content
from apps.changes.selectors.impact import impact_of
from apps.changes.selectors.items import items_of
from apps.changes.selectors.needs import risk_for
from apps.core import clock
from apps.core.canonical import LARGEST_EXACT


def content_of(change: Change, *, impact: list[ImpactRow] | None = None) -> dict[str, Any]:
    """Return the content of a change as it is signed: plain JSON whose digest no spelling can move.

    Its class is the one by which it goes: a standard change that is not within its template goes as a normal one.

    People are named by number ("person:12"), so that erasing a person leaves every digest standing (DESIGN 4.10).
    ``impact`` is worked out when it is not given.
    """
    rows = impact_of(change) if impact is None else impact
    risk = risk_for(change, rows)
    moved = [item.component_id for item in items_of(change)]
    cover = cover_of(change, risk.level)
    goes_as = class_within(change, cover)
    # Only where there are any: a change without documents keeps the digest that it always had.
    documents = documents_content(change)
    only_here: dict[str, Any] = {"documents": documents} if documents else {}
    if change.late_reason:
        only_here["late_reason"] = change.late_reason
    return (
        only_here
        | standard_content(cover)
        | {
            "v": 1,
            "ref": change.ref,
            "class": goes_as,
            "risk": risk.level,
            "risk_reason": risk.sentence,
            "requester": f"person:{change.requester_id}",
            "title": change.title,
            "summary": change.summary,
            "outcome": change.outcome,
            "cost_of_waiting": change.cost_of_waiting,
            "items": moving_content(change, versions_named_in_use(moved)),
            "impact": [row.as_content() for row in rows],
            "contracts": contracts_content(change, contracts_of(moved), proposed_of(change)),
            "freezes": freezes_content(caught_by([change])[change.pk, goes_as]),
            "window": window_content(change),
            "success_metrics": _metrics(change),
            "rollback": _rollback(change),
            "risks": _risks(change),
            "plan": _plan(change),
        }
    )


def items_content(change: Change) -> list[dict[str, Any]]:
    """Return what moves, each version with its lineage."""
    return [
        {
            "component": item.component.key,
            "title": str(item.component),
            "kind": item.component.kind,
            "from": version_content(item.from_version) if item.from_version else None,
            "to": version_content(item.to_version),
            "difference": item.difference,
        }
        for item in items_of(change)
    ]


def moving_content(change: Change, named: Mapping[int, ComponentVersion]) -> list[dict[str, Any]]:
    """Return what moves, and of each what the catalog says against it. ``named`` holds the versions named in use.

    ``in_use`` names the version in use when the one that it comes from is not; ``retired`` says that the component
    or its new version has left the catalog. Each is there only when there is something to say.
    """
    return [
        row | _against(item, named.get(item.component_id))
        for item, row in zip(items_of(change), items_content(change), strict=True)
    ]


def _against(item: ChangeItem, used: ComponentVersion | None) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if used is not None and used.pk not in (item.from_version_id, item.to_version_id):
        said["in_use"] = used.version
    if item.component.retired_at is not None or item.to_version.retired_at is not None:
        said["retired"] = True
    return said


def contracts_content(
    change: Change, contracts: Iterable[Contract], proposed: Iterable[Proposed]
) -> list[dict[str, Any]]:
    """Return what the components that move have promised to those who rely on them, out of ``contracts``.

    ``proposed`` are the new versions that the change brings; a contract of which there is none says nothing of it.
    """
    moved = {item.component_id: item.component.key for item in items_of(change)}
    brought = {one.key: {"proposed": one.as_content()} for one in proposed}
    return [
        {
            "key": contract.key,
            "title": str(contract),
            "kind": contract.kind,
            "component": moved[contract.provider_id],
            "definition": contract.definition_digest,
        }
        | brought.get(contract.key, {})
        for contract in contracts
        if contract.provider_id in moved
    ]


def caught_by(changes: Iterable[Change]) -> dict[tuple[int, str], list[Caught]]:
    """Return the freezes in force that catch what changes move, by a change's id and a class by which it can go.

    A standard change can go as a normal one, too. Nothing catches a rehearsal: it goes nowhere.
    """
    windows = {
        (change.pk, goes_as): _window(change, goes_as)
        for change in changes
        for goes_as in {change.change_class, _beyond(change.change_class)}
    }
    caught = freezes_catching([window for window in windows.values() if window is not None])
    return {key: caught[window] if window is not None else [] for key, window in windows.items()}


def _beyond(change_class: str) -> str:
    return ChangeClass.NORMAL if change_class == ChangeClass.STANDARD else change_class


def _window(change: Change, goes_as: str) -> Window | None:
    if change.drill_id or change.planned_start is None or change.planned_end is None:
        return None
    moved = tuple(item.component_id for item in items_of(change))
    return Window(moved, change.planned_start, change.planned_end, goes_as)


def freezes_content(freezes: Iterable[Caught]) -> list[dict[str, Any]]:
    """Return freezes as they are signed, each with the time of it that catches the change."""
    return [
        {
            "ref": one.period.ref,
            "title": one.period.name,
            "start": clock.iso(one.start),
            "end": clock.iso(one.end),
        }
        for one in freezes
    ]


def version_content(version: ComponentVersion) -> dict[str, Any]:
    """Return a version with where it came from: digests of its data, code, settings and metrics."""
    lineage: dict[str, Any] = exact(
        {
            "version": version.version,
            "code_commit": version.code_commit,
            "datasets": version.datasets,
            "hyperparameters": version.hyperparameters,
            "metrics": version.metrics,
            "source_ref": version.source_ref,
        }
    )
    return lineage


def exact(value: Any) -> Any:
    """Return a JSON value with numbers of 2**53 and more written as text, digit by digit.

    RFC 8785 cannot express such whole numbers, and a float of that size comes back from the database as one.
    """
    if isinstance(value, dict):
        return {key: exact(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [exact(one) for one in value]
    if isinstance(value, int | float) and abs(value) >= LARGEST_EXACT:
        return str(int(Decimal(str(value))))
    return value


def window_content(change: Change) -> dict[str, Any]:
    return {
        "time_zone": change.time_zone,
        "local_start": change.local_start,
        "local_end": change.local_end,
        "start": clock.iso(change.planned_start) if change.planned_start else None,
        "end": clock.iso(change.planned_end) if change.planned_end else None,
    }


def _metrics(change: Change) -> list[dict[str, Any]]:
    return [
        {
            "name": metric.name,
            "unit": metric.unit,
            "direction": metric.direction,
            "baseline": metric.baseline,
            "target": metric.target,
            "bound": metric.bound,
        }
        for metric in change.success_metrics.order_by("pk")
    ]


def _rollback(change: Change) -> dict[str, Any]:
    criteria = change.rollback_criteria.order_by("pk").values_list("text", flat=True)
    return {"plan": change.rollback_plan, "minutes": change.rollback_minutes, "criteria": list(criteria)}


def _risks(change: Change) -> list[dict[str, Any]]:
    return [
        {
            "text": risk.text,
            "likelihood": risk.likelihood,
            "harm": risk.harm,
            "mitigation": risk.mitigation,
        }
        for risk in change.risk_scenarios.order_by("pk")
    ]


def _plan(change: Change) -> list[dict[str, Any]]:
    steps = change.plan_steps.prefetch_related("after").order_by("position")
    return [
        {
            "position": step.position,
            "text": step.text,
            "lead": f"person:{step.lead_id}",
            "minutes": step.minutes,
            "way_back": step.way_back,
            "after": sorted(other.position for other in step.after.all()),
        }
        for step in steps
    ]
