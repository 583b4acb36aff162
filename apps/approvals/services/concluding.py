"""What came of a round that went ahead before everyone had signed, once the round has ended."""

from apps.approvals.enums import BreakGlassEnd, RoundState
from apps.approvals.models import BreakGlass, Round
from apps.approvals.services.telling_ahead import tell_end
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor

_ENDS = {
    RoundState.APPROVED.value: BreakGlassEnd.SIGNED,
    RoundState.REJECTED.value: BreakGlassEnd.REFUSED,
}
_EVENTS = {
    BreakGlassEnd.SIGNED: "approval.signed_afterwards",
    BreakGlassEnd.REFUSED: "approval.refused_afterwards",
    BreakGlassEnd.UNUSED: "approval.go_ahead_unused",
}


def conclude(held: Round, actor: Actor) -> None:
    """Say by its name what came of a go-ahead, when the round that the caller holds has ended. Twice is once.

    A round that was closed without a decision was revised, withdrawn or left to expire before it started.
    """
    if held.went_ahead_at is None or held.state == RoundState.OPEN:
        return
    broken = BreakGlass.objects.select_related("by").filter(round=held, end="").first()
    if broken is None:
        return
    broken.round = held
    end = _ENDS.get(held.state, BreakGlassEnd.UNUSED)
    broken.end, broken.ended_at = end, clock.now()
    broken.save(update_fields=["end", "ended_at"])
    record_event(
        event=_EVENTS[end],
        actor=actor,
        obj=held,
        data={"round": held.pk, "revision": held.revision, "digest": held.digest},
    )
    tell_end(broken)
