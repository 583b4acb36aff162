"""Serial stages: what is asked once those before have signed."""

from django.db.models import Min

from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement, Round
from apps.approvals.selectors import eligible_people, pace_of
from apps.approvals.services.pacing import restart_clock
from apps.approvals.services.telling import tell_asked
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor


def ask_next_stage(*, actor: Actor, held: Round) -> None:
    """Ask the next stage of a round that the caller holds, once every requirement before it is met.

    People get as long to look as they would have had from the start, in their own days, though not beyond
    the start of what is signed.
    A stage that was asked stays asked, even when a signature before it is taken back.
    """
    waiting = Requirement.objects.filter(round=held, state=RequirementState.WAITING)
    stage = waiting.aggregate(lowest=Min("stage"))["lowest"]
    before = Requirement.objects.filter(round=held, stage__lt=stage or 0).exclude(state=RequirementState.MET)
    if stage is None or before.exists():
        return
    asked = list(waiting.filter(stage=stage))
    now = clock.now()
    for requirement in asked:
        pace = pace_of(requirement)
        due = pace.after(now, pace.between(requirement.created_at, requirement.due_at))
        if held.starts_at is not None and held.starts_at > now:
            due = min(due, held.starts_at)
        requirement.state = RequirementState.OPEN
        fields = restart_clock(requirement, due)
    Requirement.objects.bulk_update(asked, ["state", *fields])
    record_event(
        event="approval.stage_asked",
        actor=actor,
        obj=held,
        data={
            "round": held.pk,
            "revision": held.revision,
            "stage": stage,
            "requirements": [
                {"requirement": requirement.pk, "due": clock.iso(requirement.due_at)} for requirement in asked
            ],
        },
    )
    able = eligible_people(asked)
    tell_asked(held, [(requirement, able[requirement.pk]) for requirement in asked])
