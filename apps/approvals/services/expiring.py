"""Giving a round up that nobody decides: it goes back to whoever asked. Silence never approves (DESIGN 4.6)."""

from django.db import transaction

from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.selectors import eligible_people, given_up_in
from apps.approvals.services.deciding import end_round, tell_listeners
from apps.approvals.services.telling import label_of
from apps.approvals.services.telling_late import tell_expired
from apps.audit.services import record_event
from apps.core.actors import Actor


@transaction.atomic
def expire_round(*, actor: Actor, round: Round) -> bool:
    """End a round in which a decision was asked of everyone in the chain, and nobody took it in time.

    Returns whether it was ended: what was signed, paused or closed meanwhile is left.
    """
    current = Round.objects.select_for_update().get(pk=round.pk)
    # What went ahead is never let off: it stays asked, and is escalated, until all have signed or one refuses.
    if current.state != RoundState.OPEN or current.went_ahead_at is not None:
        return False
    given_up = given_up_in(current)
    if not given_up:
        return False
    able = eligible_people(given_up)
    end_round(current, RoundState.EXPIRED)
    record_event(
        event="approval.round_expired",
        actor=actor,
        obj=current,
        data={
            "round": current.pk,
            "revision": current.revision,
            "digest": current.digest,
            "waited_for": [requirement.pk for requirement in given_up],
            "missing": ", ".join(label_of(requirement) for requirement in given_up),
        },
    )
    waited_on = {user.pk: user for people in able.values() for user in people}
    tell_expired(current, [label_of(requirement) for requirement in given_up], waited_on.values())
    tell_listeners(current, actor)
    return True
