"""Moving the window of a change: what its requester could do step by step, in one."""

from django.db import transaction

from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.moving import can_move
from apps.changes.services.access import locked, permit
from apps.changes.services.drafting import save_when
from apps.changes.services.reviewing import revise_change, submit_change
from apps.core.actors import Actor
from apps.core.errors import IllegalTransition, Invalid


@transaction.atomic
def move_change(
    *,
    actor: Actor,
    change: Change,
    time_zone: str,
    local_start: str,
    local_end: str,
    late_reason: str | None = None,
) -> Change:
    """Give a change another window, as wall-clock in a zone; from a form or by drag, it is the same.

    A draft stays a draft. What was submitted is revised, saved and submitted again in this one transaction: its
    content is signed, so whoever judges the window is asked again, and every other signature stands.

    Raises:
        Forbidden: the actor is not the requester.
        IllegalTransition: it is on hold, has started, or is over.
        Invalid: the window cannot be read, has passed, or is the one that it has (``local_start``); or something
            else is missing, as ``submit_change`` says.
        PolicyBlocked: nobody is there who may sign for one of the roles.
    """
    held = locked(change)
    draft = held.state == ChangeState.DRAFT
    permit("edit" if draft else "revise", held, actor)
    decision = can_move(held)
    if not decision:
        raise IllegalTransition(decision.reason, remedy=decision.remedy)
    before = (held.time_zone, held.planned_start, held.planned_end)
    if not draft:
        revise_change(actor=actor, change=held)
    moved = save_when(
        actor=actor,
        change=held,
        change_class=held.change_class,
        time_zone=time_zone,
        local_start=local_start,
        local_end=local_end,
        late_reason=late_reason,
    )
    if (moved.time_zone, moved.planned_start, moved.planned_end) == before:
        raise Invalid({"local_start": [f"{held.ref} is planned for this time already. Choose another."]})
    return moved if draft else submit_change(actor=actor, change=moved)
