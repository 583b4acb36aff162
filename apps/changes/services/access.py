"""Locking a change and asking whether an actor may act on it, before anything is written."""

from apps.approvals.models import Round
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.people import may_do
from apps.changes.selectors import standing_of
from apps.core.actors import Actor
from apps.core.errors import Forbidden, IllegalTransition, Invalid, Stale
from apps.lifecycle.machine import machine_of


def locked(change: Change) -> Change:
    """Return the change as it is now, held until the transaction ends.

    The round is held first, as a signature holds it, so that the two never wait for each other.

    Raises:
        Stale: another round opened while this waited. To hold that one now would be the wrong order.
    """
    round_id = Change.objects.values_list("round_id", flat=True).get(pk=change.pk)
    if round_id is not None:
        Round.objects.select_for_update().get(pk=round_id)
    held = Change.objects.select_for_update(of=("self",)).select_related(
        "requester", "revision", "round", "booking"
    )
    found = held.get(pk=change.pk)
    if found.round_id != round_id:
        raise Stale(
            f"{found.ref} was submitted while you did this. Nothing was changed.",
            remedy="Reload the page and look again.",
        )
    return found


def locked_draft(change: Change, actor: Actor) -> Change:
    """Return a draft that the actor may edit, held until the transaction ends.

    Raises:
        Forbidden: the actor is not the requester.
        IllegalTransition: it is no draft any more.
    """
    draft = locked(change)
    permit("edit", draft, actor)
    if draft.state != ChangeState.DRAFT:
        raise IllegalTransition(
            f"{draft.ref} is {draft.get_state_display().lower()}, so it cannot be edited.",
            remedy="Revise it first. Those whose part changes are then asked again.",
        )
    return draft


def permit(event: str, change: Change, actor: Actor) -> None:
    """Raise Forbidden with its reason when the actor may not ask for this event, whatever the state."""
    decision = may_do(event, change, standing_of(actor, change))
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


def require_state(event: str, change: Change) -> None:
    """Raise IllegalTransition when the event does not start from the state of the change."""
    step = machine_of(change).transition(event)
    if change.state not in step.sources:
        state = change.get_state_display().lower()
        raise IllegalTransition(
            f"{change.ref} is {state}, so it cannot be {step.past}.", remedy="Reload the page and look again."
        )


def given_reason(reason: str, message: str) -> str:
    """Return a reason trimmed. Raises Invalid (``reason``) with the message when it is empty or too long."""
    clean = reason.strip().replace("\x00", "")
    if not clean:
        raise Invalid({"reason": [message]})
    if len(clean) > 2000:
        raise Invalid({"reason": [f"Shorten this to 2,000 characters. It has {len(clean):,}."]})
    return clean
