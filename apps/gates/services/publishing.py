"""Putting a version of the checks in force: proposed by one, approved by another, by a round over its digest.

Evidence and approvals are neighbours that do not know each other; a version of the checks needs both.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.approvals.enums import RoundState, TimeUnit
from apps.approvals.models import Round
from apps.approvals.rules import Allowance, Barred, Need, Subject
from apps.approvals.services import close_round, open_round
from apps.core import clock
from apps.core.actors import Actor
from apps.evidence.enums import PlanState
from apps.evidence.models import CheckPlan
from apps.evidence.selectors import propose_decision
from apps.evidence.services import propose_checks, settle_checks

SUBJECT = "checks"
TIME_TO_SIGN = Allowance(5, TimeUnit.WORKING_DAYS)
AT_THE_LATEST = timedelta(days=14)
_RISK = 3
"""Above a change of moderate risk in the inbox: these checks decide over all of them."""


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
    open_round(
        actor=actor,
        subject=Subject(SUBJECT, plan.ref, str(plan), f"/checks/{plan.number}/"),
        revision=1,
        digest=plan.digest,
        risk=_RISK,
        starts_at=None,
        needs=[_need(actor.user)],
        barred=[Barred(actor.user.pk, "You proposed this version. Nobody approves their own.")],
    )
    return plan


def _need(author: User) -> Need:
    another = people_with_role(Role.CHANGE_MANAGER).exclude(pk=author.pk).exists()
    return Need(
        role=Role.CHANGE_MANAGER if another else Role.SPONSOR,
        question="Should these checks decide what may go out?",
        reason=f"{author} proposed them, and nobody approves their own.",
        due_at=clock.now() + AT_THE_LATEST,
        allowed=TIME_TO_SIGN,
    )


@transaction.atomic
def withdraw_plan(*, actor: Actor, plan: CheckPlan) -> CheckPlan:
    """Take back a version that nobody has decided yet.

    Raises:
        Forbidden: the actor may not propose one. Stale: it is decided.
    """
    propose_decision(actor).require()
    round_ = Round.objects.filter(subject_type=SUBJECT, subject_ref=plan.ref, state=RoundState.OPEN).first()
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
