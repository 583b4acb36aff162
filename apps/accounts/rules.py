"""Who may hand out roles, and what a grant reaches. Pure: no database, no clock."""

from typing import Protocol

from apps.accounts.enums import GrantScope
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied


class OwnedComponent(Protocol):
    """What a grant needs to know of a component, which lives a floor above."""

    @property
    def key(self) -> str: ...

    @property
    def owner_team_id(self) -> int | None: ...


class Scoped(Protocol):
    """What reaches over everything, a team's components or one component: a grant, or what was made from one."""

    @property
    def scope(self) -> str: ...

    @property
    def team_id(self) -> int | None: ...

    @property
    def component_key(self) -> str: ...


def reaches(grant: Scoped, component_key: str, team_id: int | None) -> bool:
    """Return whether a grant covers a component, named by its key and the team that owns it."""
    match grant.scope:
        case GrantScope.EVERYTHING:
            return True
        case GrantScope.TEAM:
            return team_id is not None and grant.team_id == team_id
        case _:
            return bool(component_key) and grant.component_key == component_key


def may_change_grants(actor: Actor, *, subject_id: int, is_change_manager: bool) -> Decision:
    """Return whether the actor may give or take a role of the person ``subject_id``.

    A named job of the system may (an operator's command, the demo loader). Among people only a Change Manager
    over everything may, and never for themself: separation of duties has no way round.
    """
    if actor.kind == "system":
        return ALLOWED
    if actor.user is None or not is_change_manager:
        return denied("Only a Change Manager over everything gives and takes roles.", "Ask one of them.")
    if actor.user.pk == subject_id:
        return denied("Nobody changes their own roles.", "Ask another Change Manager.")
    return ALLOWED


def may_manage_token(actor: Actor, *, owner_id: int) -> Decision:
    """Return whether the actor may make or revoke a token of the person ``owner_id``.

    People manage their own, signed in; a token never makes another token.
    """
    if actor.kind == "system":
        return ALLOWED
    if actor.kind == "token":
        return denied("A token cannot manage tokens.", "Sign in with your password and do it there.")
    if actor.user is None or actor.user.pk != owner_id:
        return denied("You manage your own tokens only.", "Ask the person whose token it is.")
    return ALLOWED
