"""Letting an urgent change go ahead before everyone has signed."""

from django.db import transaction

from apps.approvals.models import SignIntent
from apps.approvals.rules.intents import Proof
from apps.approvals.services import go_ahead, show_go_ahead
from apps.changes.models import Change
from apps.changes.rules.emergency import can_go_ahead
from apps.changes.selectors import reach_of
from apps.changes.services.access import locked
from apps.core.actors import Actor
from apps.core.errors import IllegalTransition, Stale


def show_letting_go(*, actor: Actor, change: Change, session: str) -> SignIntent:
    """Fix what a person is shown before they let a change go ahead. Raises Stale when it is not out for signature."""
    if change.round is None:
        raise Stale(f"{change.ref} is not out for signature.", remedy="Reload the page.")
    return show_go_ahead(actor=actor, round=change.round, session=session)


@transaction.atomic
def let_go_ahead(
    *, actor: Actor, change: Change, digest: str, reason: str, incident: str, proof: Proof
) -> Change:
    """Let an urgent change go ahead before everyone has signed; it is approved unless a plan or freeze collides.

    Signatures alone are passed over: its window, conflicts and freezes hold as ever.

    Raises:
        IllegalTransition: it is not urgent, or not in review.
        Forbidden, Stale, Invalid: as ``approvals.services.go_ahead``.
    """
    held = locked(change)
    if held.round is None:
        raise Stale(f"{held.ref} is not out for signature.", remedy="Reload the page.")
    decision = can_go_ahead(held)
    if not decision and held.round.went_ahead_at is None:
        raise IllegalTransition(decision.reason, remedy=decision.remedy)
    go_ahead(
        actor=actor,
        round=held.round,
        digest=digest,
        reason=reason,
        incident=incident,
        over=reach_of(held),
        proof=proof,
    )
    return Change.objects.select_related("requester", "revision", "round", "booking").get(pk=held.pk)
