"""Writing the parts of a draft that a call names, through the services of the wizard's steps."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.changes import services
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput, MetricInput, NoteInput, RiskInput, StepInput
from apps.core.actors import Actor

WHY = {"title", "summary", "outcome", "cost_of_waiting", "success_metrics"}
WHEN = {"change_class", "time_zone", "local_start", "local_end", "late_reason"}
HOW_BACK = {"rollback_plan", "rollback_minutes", "rollback_criteria", "risk_scenarios", "plan_steps"}


@transaction.atomic
def save_parts(*, actor: Actor, change: Change, content: Mapping[str, Any]) -> Change:
    """Save each step that the content has something of; what it leaves out stays.

    Raises:
        Invalid, Forbidden, IllegalTransition: as the services of the steps.
    """
    if "items" in content:
        items = [ItemInput(**row) for row in content["items"]]
        change = services.save_what(actor=actor, change=change, items=items, complete=False)
    if WHY & content.keys():
        change = services.save_why(actor=actor, change=change, complete=False, **_why(change, content))
    if "impact_notes" in content:
        notes = [NoteInput(**row) for row in content["impact_notes"]]
        change = services.save_impact(actor=actor, change=change, notes=notes)
    if WHEN & content.keys():
        when = {name: content.get(name, getattr(change, name)) for name in WHEN - {"late_reason"}}
        late = content.get("late_reason")
        change = services.save_when(actor=actor, change=change, complete=False, late_reason=late, **when)
    if HOW_BACK & content.keys():
        change = services.save_how_back(
            actor=actor, change=change, complete=False, **_how_back(change, content)
        )
    return change


def _why(change: Change, content: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: content.get(name, getattr(change, name)) for name in WHY - {"success_metrics"}}
    if "success_metrics" in content:
        metrics = [MetricInput(**row) for row in content["success_metrics"]]
    else:
        metrics = [
            MetricInput(one.name, one.target, one.unit, one.direction, one.baseline, one.bound)
            for one in change.success_metrics.all()
        ]
    return texts | {"metrics": metrics}


def _how_back(change: Change, content: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: content.get(name, getattr(change, name)) for name in ("rollback_plan", "rollback_minutes")}
    if "rollback_criteria" in content:
        criteria = list(content["rollback_criteria"])
    else:
        criteria = [one.text for one in change.rollback_criteria.all()]
    if "risk_scenarios" in content:
        risks = [RiskInput(**row) for row in content["risk_scenarios"]]
    else:
        kept_risks = change.risk_scenarios.all()
        risks = [RiskInput(one.text, one.likelihood, one.harm, one.mitigation) for one in kept_risks]
    if "plan_steps" in content:
        steps = [StepInput(**(row | {"after": tuple(row["after"])})) for row in content["plan_steps"]]
    else:
        steps = _kept_steps(change)
    return kept | {"criteria": criteria, "risks": risks, "steps": steps}


def _kept_steps(change: Change) -> list[StepInput]:
    return [
        StepInput(
            one.text,
            one.lead.username,
            one.minutes,
            one.way_back,
            tuple(before.position for before in one.after.all()),
        )
        for one in change.plan_steps.select_related("lead").prefetch_related("after")
    ]
