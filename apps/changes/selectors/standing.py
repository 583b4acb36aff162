"""What an actor is to a change, and so what they may do now."""

from apps.accounts.models import User
from apps.accounts.selectors import roles_of
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.people import Standing, actor_is_requester, may_do, may_propose
from apps.changes.rules.steps import TRANSITIONS
from apps.core.actors import Actor, person
from apps.core.decisions import Decision
from apps.lifecycle.selectors import may_advance


def standing_of(actor: Actor, change: Change | None = None) -> Standing:
    """Return what an actor is to a change (or to changes at all); one query, two for a draft."""
    user = actor.user
    if not isinstance(user, User):
        return Standing(is_system=actor.kind == "system")
    lead = change is not None and leads(change, user)
    return Standing(
        is_requester=change is not None and actor_is_requester(change, actor),
        is_lead=lead,
        roles=frozenset(roles_of(user)),
    )


def leads(change: Change, user: User) -> bool:
    """Return whether a person leads a step of the plan: of the revision in force, else of the draft."""
    if change.revision is None or change.state == ChangeState.DRAFT:
        return change.plan_steps.filter(lead=user).exists()
    return any(step["lead"] == f"person:{user.pk}" for step in change.revision.content.get("plan", []))


def may_do_now(change: Change, event: str, actor: Actor) -> Decision:
    """Return whether an actor may take a step now: who they are first, then the state, then what must hold."""
    decision = may_do(event, change, standing_of(actor, change))
    return may_advance(change, event, actor) if decision else decision


def actions_for(change: Change, actor: Actor) -> dict[str, Decision]:
    """Return each step that leads on from the state of a change, with whether this actor may take it and why not."""
    standing = standing_of(actor, change)
    decisions: dict[str, Decision] = {}
    for step in TRANSITIONS:
        if change.state not in step.sources or step.event in ("approve", "reject", "expire"):
            continue
        decision = may_do(step.event, change, standing)
        decisions[step.event] = may_advance(change, step.event, actor) if decision else decision
    return decisions


def may_propose_now(user: User) -> Decision:
    """Return whether a person may start a draft."""
    return may_propose(standing_of(person(user)))
