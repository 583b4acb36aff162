"""Drills, rehearsed with a change that goes the way of any other and touches nothing."""

from django.db import transaction

from apps.changes.enums import ENDED, ChangeState
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput
from apps.changes.rules.steps import TRANSITIONS
from apps.changes.selectors import versions_to_rehearse
from apps.changes.services.drafting import save_what, save_why, start_draft
from apps.changes.services.reviewing import withdraw_change
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked
from apps.playbooks.models import Drill
from apps.playbooks.services import begin_drill, end_drill_early

_WITHDRAWABLE = next(step.sources for step in TRANSITIONS if step.event == "withdraw")
_UNDER_WAY = {ChangeState.IN_PROGRESS, *ENDED}


@transaction.atomic
def start_drill(*, actor: Actor, drill: Drill) -> Change:
    """Begin a drill: draft the change that rehearses it, over the versions in use. Its owner goes on with the draft.

    Raises:
        Forbidden: the actor does not own it, or may not propose changes.
        IllegalTransition: it has begun, or is over.
        PolicyBlocked: its playbook is retired.
        Invalid: a component has left the catalog, has no version, or is beyond the reach of the owner's roles.
    """
    held = begin_drill(actor=actor, drill=drill)
    change = start_draft(actor=actor, drill=held)
    items = [ItemInput(key, version) for key, version in versions_to_rehearse(held)]
    change = save_what(actor=actor, change=change, items=items)
    return save_why(
        actor=actor,
        change=change,
        title=f"{held.version.title} ({held.ref})",
        summary=held.purpose,
        outcome="",
        complete=False,
    )


@transaction.atomic
def cancel_drill(*, actor: Actor, drill: Drill, reason: str) -> Drill:
    """Cancel a drill, and withdraw the change that rehearses it.

    Raises:
        Forbidden: the actor neither owns it nor is a Change Manager over everything.
        Invalid: there is no reason (``reason``).
        IllegalTransition: it is over.
        PolicyBlocked: its change has gone out, so the drill is ended as it is rehearsed: with the review.
    """
    cancelled = end_drill_early(actor=actor, drill=drill, reason=reason)
    change = Change.objects.filter(drill=cancelled).first()
    if change is not None and change.state in _UNDER_WAY:
        raise PolicyBlocked(
            f"{change.ref} has started, so this drill ends with its review.",
            remedy=f"End {change.ref}, and have its review signed.",
        )
    if change is not None and change.state in _WITHDRAWABLE:
        withdraw_change(actor=actor, change=change, reason=reason)
    return cancelled
