"""Putting a version of the checks in force: proposed by one, approved by another, by a round over its digest.

Evidence and approvals are neighbours that do not know each other; a version of the checks needs both.
"""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.rules import Subject
from apps.approvals.services import ask_another_manager, close_round
from apps.core.actors import Actor
from apps.evidence.enums import PlanState
from apps.evidence.models import CheckPlan
from apps.evidence.selectors import propose_decision
from apps.evidence.services import propose_checks, settle_checks
from apps.gates.selectors import CHECKS, round_over


@transaction.atomic
def propose_plan(*, actor: Actor, document: Any, reason: str) -> CheckPlan:
    """Propose a version of the checks and ask for its approval. Nothing is asked by it until someone else has signed.

    Another Change Manager over everything is asked; where there is none, a Change Sponsor.

    Raises:
        Forbidden, Invalid, Conflict: as ``propose_checks`` says.
        NobodyToSign: nobody else is there who may approve it.
    """
    plan = propose_checks(actor=actor, document=document, reason=reason)
    assert isinstance(actor.user, User)
    ask_another_manager(
        actor=actor,
        subject=Subject(CHECKS, plan.ref, str(plan), f"/checks/{plan.number}/"),
        digest=plan.digest,
        question="Should these checks decide what may go out?",
        author=actor.user,
    )
    return plan


@transaction.atomic
def withdraw_plan(*, actor: Actor, plan: CheckPlan) -> CheckPlan:
    """Take back a version that nobody has decided yet.

    Raises:
        Forbidden: the actor may not propose one. Stale: it is decided.
    """
    propose_decision(actor).require()
    round_ = round_over(CHECKS, plan.ref)
    if round_ is not None:
        close_round(actor=actor, round=round_)
    return settle_checks(actor=actor, plan=plan, state=PlanState.WITHDRAWN)


def follow_plan_round(round_: Round, actor: Actor) -> None:
    """Put an approved version in force; one that was rejected, or not decided in time, is not.

    Runs in the transaction of the signature.
    """
    plan = CheckPlan.objects.filter(
        number=int(round_.subject_ref.removeprefix("CHECKS-")), state=PlanState.PROPOSED
    ).first()
    if plan is None or plan.digest != round_.digest:
        return
    if round_.state == RoundState.APPROVED:
        settle_checks(actor=actor, plan=plan, state=PlanState.IN_FORCE)
    elif round_.state in (RoundState.REJECTED, RoundState.EXPIRED):
        settle_checks(actor=actor, plan=plan, state=PlanState.REJECTED)
