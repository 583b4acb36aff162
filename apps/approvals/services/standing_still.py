"""The clocks of a whole round, which stand while what is signed is on hold.

People may sign all the same. Nobody is reminded, and nothing is given up.
"""

from django.db import transaction

from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Requirement, Round
from apps.approvals.selectors import pace_of
from apps.approvals.services.pacing import move_due
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor


@transaction.atomic
def stand_still(*, actor: Actor, round: Round) -> Round:
    """Let all clocks of an open round stand from now. Twice is once."""
    current = Round.objects.select_for_update().get(pk=round.pk)
    if current.state != RoundState.OPEN or current.stands_since is not None:
        return current
    current.stands_since = clock.now()
    current.save(update_fields=["stands_since", "updated_at"])
    _record("approval.clocks_stopped", actor, current)
    return current


@transaction.atomic
def go_on(*, actor: Actor, round: Round) -> Round:
    """Let the clocks of a round run again, each due later by the time that it stood. Twice is once.

    While a question was open, its clock stood for that; what is left of the hold before it is added here.
    """
    current = Round.objects.select_for_update().get(pk=round.pk)
    since = current.stands_since
    if current.state != RoundState.OPEN or since is None:
        return current
    current.stands_since = None
    current.save(update_fields=["stands_since", "updated_at"])
    still_open = Requirement.objects.filter(round=current, state=RequirementState.OPEN)
    for asked in still_open.select_for_update().order_by("pk"):
        pace = pace_of(asked)
        lost = pace.between(since, asked.paused_at or clock.now())
        if lost:
            asked.save(update_fields=[*move_due(asked, pace.after(asked.due_at, lost)), "updated_at"])
    _record("approval.clocks_started", actor, current)
    return current


def _record(event: str, actor: Actor, round_: Round) -> None:
    data = {"round": round_.pk, "revision": round_.revision}
    record_event(event=event, actor=actor, obj=round_, data=data)
