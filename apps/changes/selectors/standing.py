"""What an actor is to a change, and so what they may do now."""

from collections.abc import Iterable

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import grants_of
from apps.catalog.models import Component
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.people import (
    BY_ITSELF,
    MAY_PROPOSE,
    Standing,
    actor_is_requester,
    may_do,
    may_propose,
)
from apps.changes.rules.steps import TRANSITIONS
from apps.changes.selectors.items import items_of
from apps.core.actors import Actor, person
from apps.core.decisions import Decision
from apps.lifecycle.selectors import may_advance


def standing_of(actor: Actor, change: Change | None = None) -> Standing:
    """Return what an actor is to a change (or to changes at all); one query, two for a draft.

    Of a change, a role counts as far as it reaches: to be its Change Manager takes all that it moves.
    """
    user = actor.user
    if not isinstance(user, User):
        return Standing()
    lead = change is not None and leads(change, user)
    return Standing(
        is_requester=change is not None and actor_is_requester(change, actor),
        is_lead=lead,
        roles=frozenset(_roles(user, change)),
    )


def _roles(user: User, change: Change | None) -> set[str]:
    grants = grants_of(user)
    roles = {grant.role for grant in grants}
    if change is not None and Role.CHANGE_MANAGER in roles and not _manages(grants, change):
        roles.remove(Role.CHANGE_MANAGER)
    return roles


def manages(user: User, change: Change) -> bool:
    """Return whether a person is a Change Manager over everything, or over each component that a change moves."""
    return _manages(grants_of(user), change)


def _manages(grants: list[RoleGrant], change: Change) -> bool:
    held = [grant for grant in grants if grant.role == Role.CHANGE_MANAGER]
    if any(grant.scope == GrantScope.EVERYTHING for grant in held):
        return True
    return bool(held) and holds_over(held, [item.component for item in items_of(change)])


def beyond_reach(user: User, components: Iterable[Component]) -> list[Component]:
    """Return those of the components that a person may not propose to move: no role of theirs reaches them."""
    proposing = [grant for grant in grants_of(user) if grant.role in MAY_PROPOSE]
    return _beyond(proposing, components)


def holds_over(grants: list[RoleGrant], components: Iterable[Component]) -> bool:
    """Return whether these grants reach everything, or each of the components."""
    if any(grant.scope == GrantScope.EVERYTHING for grant in grants):
        return True
    moved = list(components)
    return bool(moved) and not _beyond(grants, moved)


def _beyond(grants: list[RoleGrant], components: Iterable[Component]) -> list[Component]:
    return [
        component
        for component in components
        if not any(reaches(grant, component.key, component.owner_team_id) for grant in grants)
    ]


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
        if change.state not in step.sources or step.event in BY_ITSELF:
            continue
        decision = may_do(step.event, change, standing)
        decisions[step.event] = may_advance(change, step.event, actor) if decision else decision
    return decisions


def may_propose_now(user: User) -> Decision:
    """Return whether a person may start a draft."""
    return may_propose(standing_of(person(user)))
