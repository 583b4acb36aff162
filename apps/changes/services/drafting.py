"""Drafts, and one save for each step of the wizard."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.changes.enums import REHEARSAL, WizardStep
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput, MetricInput, NoteInput, RiskInput, StepInput
from apps.changes.rules.people import may_propose
from apps.changes.selectors import impact_of, risk_for, standing_of
from apps.changes.services import parts
from apps.changes.services.access import locked_draft
from apps.changes.services.finding import next_number, write_search
from apps.core.actors import Actor
from apps.core.errors import Forbidden
from apps.playbooks.models import Drill


@transaction.atomic
def start_draft(*, actor: Actor, drill: Drill | None = None) -> Change:
    """Begin a draft with the next number, of a rehearsal where a drill is given.

    Raises Forbidden for whoever may not propose.
    """
    decision = may_propose(standing_of(actor))
    if not decision or not isinstance(actor.user, User):
        raise Forbidden(decision.reason or "Only a person can propose a change.", remedy=decision.remedy)
    change = Change(number=next_number(), requester=actor.user, time_zone=actor.user.time_zone)
    change.drill, change.title = drill, REHEARSAL if drill else ""
    change.save(force_insert=True)
    write_search(change)
    record_event(
        event="change.drafted", actor=actor, obj=change, data={"drill": drill.ref} if drill else None
    )
    return change


@transaction.atomic
def save_what(*, actor: Actor, change: Change, items: Sequence[ItemInput], complete: bool = True) -> Change:
    """Write which components move, from which version to which.

    Raises:
        Invalid: a component or version that is not known, named twice, or that does not move; none at all when
            ``complete``. Fields: ``items``, ``items.0.component``, ``items.0.from_version``, ``items.0.to_version``.
        Forbidden, IllegalTransition: not the requester, or no longer a draft.
    """
    draft = locked_draft(change, actor)
    moved = parts.write_items(draft, items, actor=actor, complete=complete)
    return _saved(draft, actor, WizardStep.WHAT, {"items": moved})


@transaction.atomic
def save_why(
    *,
    actor: Actor,
    change: Change,
    title: str,
    summary: str,
    outcome: str,
    cost_of_waiting: str = "",
    metrics: Sequence[MetricInput] = (),
    complete: bool = True,
) -> Change:
    """Write the title, the reasons and the promises. Raises as ``save_what``; fields as the arguments are named."""
    draft = locked_draft(change, actor)
    texts = {"title": title, "summary": summary, "outcome": outcome, "cost_of_waiting": cost_of_waiting}
    parts.write_why(draft, texts, metrics, complete=complete)
    return _saved(draft, actor, WizardStep.WHY, {"metrics": len(metrics)})


@transaction.atomic
def save_impact(*, actor: Actor, change: Change, notes: Sequence[NoteInput]) -> Change:
    """Write what people corrected of the impact, each with a reason. Raises as ``save_what``; fields ``notes.0.…``."""
    draft = locked_draft(change, actor)
    parts.write_notes(draft, notes)
    said = [{"component": note.component, "included": note.included} for note in notes]
    return _saved(draft, actor, WizardStep.IMPACT, {"notes": said})


@transaction.atomic
def save_when(
    *,
    actor: Actor,
    change: Change,
    change_class: str,
    time_zone: str,
    local_start: str,
    local_end: str,
    late_reason: str | None = None,
    complete: bool = True,
) -> Change:
    """Write the class and the window, as wall-clock in a zone, and why it comes at short notice.

    A ``late_reason`` of None leaves the one that is there with the window it was given for; another window has none.

    Raises as ``save_what``; fields ``change_class``, ``time_zone``, ``local_start``, ``local_end``, ``late_reason``.
    """
    draft = locked_draft(change, actor)
    before = _window(draft)
    late = draft.late_reason if late_reason is None else late_reason
    parts.write_window(draft, change_class, time_zone, local_start, local_end, late, complete=complete)
    if late_reason is None and all(before) and before != _window(draft):
        draft.late_reason = ""
    return _saved(
        draft,
        actor,
        WizardStep.WHEN,
        {"class": change_class, "zone": time_zone, "start": draft.local_start, "end": draft.local_end},
    )


def _window(draft: Change) -> tuple[str, str, str]:
    return draft.time_zone, draft.local_start, draft.local_end


@transaction.atomic
def save_how_back(
    *,
    actor: Actor,
    change: Change,
    rollback_plan: str,
    rollback_minutes: int | None,
    criteria: Sequence[str] = (),
    risks: Sequence[RiskInput] = (),
    steps: Sequence[StepInput] = (),
    complete: bool = True,
) -> Change:
    """Write the way back, what could go wrong, and the ordered plan.

    Raises as ``save_what``; a step that waits for itself, through others or not, is an error at its ``after``.
    """
    draft = locked_draft(change, actor)
    parts.write_rollback(draft, rollback_plan, rollback_minutes, criteria, risks, complete=complete)
    parts.write_plan(draft, steps, complete=complete)
    return _saved(draft, actor, WizardStep.HOW_BACK, {"steps": len(steps), "risks": len(risks)})


def _saved(draft: Change, actor: Actor, step: str, data: dict[str, Any]) -> Change:
    draft.risk = risk_for(draft, impact_of(draft)).level
    draft.save()
    write_search(draft)
    record_event(event="change.edited", actor=actor, obj=draft, data={"step": str(step), **data})
    return draft
