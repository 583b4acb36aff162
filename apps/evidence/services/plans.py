"""Versions of the plan of checks: proposed by a Change Manager, settled when someone else has decided."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Conflict, Invalid, Stale
from apps.evidence.enums import PlanState
from apps.evidence.models import CheckPlan
from apps.evidence.rules.checks import plan_from
from apps.evidence.selectors import FIRST_NUMBER, plan_in_force, propose_decision

LONGEST_REASON = 2000


@transaction.atomic
def propose_checks(*, actor: Actor, document: Any, reason: str) -> CheckPlan:
    """Keep a version that is proposed. Nothing is asked by it until it is settled as approved.

    A check that asks what it asked before keeps the time since when it stands; any other stands from now.

    Raises:
        Forbidden: the actor is not a Change Manager over everything, in person.
        Invalid: what is wrong with the document, by its places; or no reason.
        Conflict: another version is out for approval.
    """
    propose_decision(actor).require()
    assert isinstance(actor.user, User)
    if not reason.strip():
        raise Invalid({"reason": ["Say why the checks should change."]})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": [f"Shorten this to {LONGEST_REASON:,} characters. It has {len(reason):,}."]})
    former = plan_in_force()
    asked = plan_from(document)
    if (asked.owners, [one.asks() for one in asked.checks]) == (
        former.plan.owners,
        [one.asks() for one in former.plan.checks],
    ):
        raise Invalid({"document": ["This asks what the version in force asks. Change something."]})
    kept = asked.following(former.plan, clock.now()).document()
    last = CheckPlan.objects.aggregate(last=Max("number"))["last"] or FIRST_NUMBER
    plan = CheckPlan(
        number=last + 1, document=kept, digest=digest(kept), reason=reason.strip(), author=actor.user
    )
    _insert(plan)
    record_event(
        event="checks.proposed",
        actor=actor,
        obj=plan,
        data={"version": plan.number, "digest": plan.digest},
        private={"reason": plan.reason},
    )
    return plan


def _insert(plan: CheckPlan) -> None:
    """Insert it, and let the database say whether another is out: two proposals may come at once."""
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "Another version is out for approval.",
            remedy="Have that one approved, rejected or withdrawn first.",
        ) from error


@transaction.atomic
def settle_checks(*, actor: Actor, plan: CheckPlan, state: PlanState) -> CheckPlan:
    """Put a proposed version in force, or give it up as rejected or withdrawn.

    Called by whoever asked for its approval, in the transaction in which that was decided.

    Raises:
        Stale: it is settled already.
    """
    held = CheckPlan.objects.select_for_update().get(pk=plan.pk)
    if held.state != PlanState.PROPOSED:
        raise Stale(f"{held} is {held.get_state_display().lower()} already.", remedy="Reload the page.")
    now = clock.now()
    if state == PlanState.IN_FORCE:
        CheckPlan.objects.filter(state=PlanState.IN_FORCE).update(
            state=PlanState.SUPERSEDED, superseded_at=now
        )
    held.state, held.settled_at = state, now
    held.save(update_fields=["state", "settled_at", "updated_at"])
    word = "approved" if state == PlanState.IN_FORCE else state
    record_event(
        event=f"checks.{word}", actor=actor, obj=held, data={"version": held.number, "digest": held.digest}
    )
    return held
