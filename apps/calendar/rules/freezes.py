"""What a freeze covers, and who may plan one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.accounts.rules import reaches
from apps.calendar.enums import FreezeScope
from apps.calendar.rules.meetings import Part, Plan
from apps.core.decisions import ALLOWED, Decision, denied
from apps.core.errors import Invalid

Given = TypeVar("Given", int, str)


@dataclass(frozen=True, slots=True)
class Scope:
    """What must not change: everything, or one of a team, a component, a kind or a tier."""

    scope: FreezeScope
    team_id: int | None = None
    component_id: int | None = None
    kind: str = ""
    tier: int | None = None

    def covers(self, part: Part) -> bool:
        """Return whether a component falls under it."""
        match self.scope:
            case FreezeScope.EVERYTHING:
                return True
            case FreezeScope.TEAM:
                return part.team_id == self.team_id
            case FreezeScope.COMPONENT:
                return part.id == self.component_id
            case FreezeScope.KIND:
                return part.kind == self.kind
            case FreezeScope.TIER:
                return part.tier == self.tier


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze in force during [start, end)."""

    id: int
    start: datetime
    end: datetime
    scope: Scope


def frozen_parts(plan: Plan, freeze: Frozen) -> list[str]:
    """Return the keys of what a plan moves inside a freeze, in order; empty when the two do not meet."""
    if plan.start >= freeze.end or freeze.start >= plan.end:
        return []
    return sorted(part.key for part in plan.parts.values() if freeze.scope.covers(part))


def checked_scope(scope: Scope) -> Scope:
    """Return the scope with only what it needs. Raises Invalid at the field that is missing."""
    match scope.scope:
        case FreezeScope.TEAM:
            return Scope(scope.scope, team_id=_given("team", scope.team_id))
        case FreezeScope.COMPONENT:
            return Scope(scope.scope, component_id=_given("component", scope.component_id))
        case FreezeScope.KIND:
            return Scope(scope.scope, kind=_given("kind", scope.kind))
        case FreezeScope.TIER:
            tier = _given("tier", scope.tier)
            if tier not in (1, 2, 3, 4):
                raise Invalid({"tier": ["A tier is a number from 1 to 4."]})
            return Scope(scope.scope, tier=tier)
    return Scope(scope.scope)


def _given(field: str, value: Given | None) -> Given:
    if not value:
        raise Invalid({field: [f"Choose the {field}."]})
    return value


def may_plan_freeze(
    grants: Iterable[RoleGrant], scope: FreezeScope, *, component_key: str = "", team_id: int | None = None
) -> Decision:
    """Return whether someone with these grants may declare or lift a freeze of this scope.

    A Change Manager may, within what their grant reaches; a Service Owner may for a team or a component that
    they answer for. For a component, ``team_id`` is the team that owns it.
    """
    held = [grant for grant in grants if grant.role in (Role.CHANGE_MANAGER, Role.OWNER)]
    if scope in (FreezeScope.TEAM, FreezeScope.COMPONENT):
        if any(reaches(grant, component_key, team_id) for grant in held):
            return ALLOWED
        what = "team" if scope == FreezeScope.TEAM else "component"
        return denied(
            f"Only a Change Manager or an owner of this {what} may freeze it.",
            "Ask a Change Manager to do it.",
        )
    if any(grant.role == Role.CHANGE_MANAGER and reaches(grant, "", None) for grant in held):
        return ALLOWED
    return denied(
        "Only a Change Manager may freeze more than one team's components.",
        "Ask a Change Manager, or freeze a team or a component that you own.",
    )
