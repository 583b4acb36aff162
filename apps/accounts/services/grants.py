"""Giving roles and taking them back."""

from datetime import datetime

from django.db import transaction

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, Team, User
from apps.accounts.rules import may_change_grants
from apps.accounts.selectors import holds_everywhere
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid


def _check(actor: Actor, subject_id: int) -> None:
    is_manager = isinstance(actor.user, User) and holds_everywhere(actor.user, Role.CHANGE_MANAGER)
    decision = may_change_grants(actor, subject_id=subject_id, is_change_manager=is_manager)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    user: User,
    role: str,
    team: Team | None = None,
    component_key: str = "",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> RoleGrant:
    """Give a person a role over everything, a team's components, or one component.

    The same grant without an end, given twice, is the first one: loaders may repeat themselves.

    Raises:
        Forbidden: the actor is neither a Change Manager over everything nor a job of the system, or grants to
            themself.
        Invalid: the role is unknown, both scopes are given, or the end is not after the start.
    """
    _check(actor, user.pk)
    start = valid_from or clock.now()
    if role not in Role.values:
        raise Invalid({"role": [f"“{role}” is not a role. The roles are {', '.join(Role.values)}."]})
    if team is not None and component_key:
        raise Invalid({"scope": ["A grant reaches a team's components or one component, not both."]})
    if valid_to is not None and valid_to <= start:
        raise Invalid({"valid_to": ["The end must be after the start."]})
    scope = GrantScope.TEAM if team else GrantScope.COMPONENT if component_key else GrantScope.EVERYTHING
    where = {"user": user, "role": role, "scope": scope, "team": team, "component_key": component_key}
    standing = RoleGrant.objects.filter(
        **where, valid_to=None, revoked_at=None, valid_from__lte=start
    ).first()
    if standing is not None and valid_to is None:
        return standing
    grant = RoleGrant(**where, valid_from=start, valid_to=valid_to)
    grant.save()
    record_event(
        event="role.granted",
        actor=actor,
        obj=grant,
        data={
            "grant": grant.pk,
            "role": role,
            "scope": scope.value,
            "team": team.slug if team else "",
            "component": component_key,
            "from": clock.iso(start),
            "to": clock.iso(valid_to) if valid_to else "",
        },
    )
    return grant


@transaction.atomic
def revoke_role(*, actor: Actor, grant: RoleGrant) -> RoleGrant:
    """End a grant now. A grant that was revoked before stays as it was.

    Raises:
        Forbidden: as for ``grant_role``.
    """
    _check(actor, grant.user_id)
    moment = clock.now()
    if RoleGrant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=moment) == 0:
        return grant
    grant.revoked_at = moment
    record_event(event="role.revoked", actor=actor, obj=grant, data={"grant": grant.pk, "role": grant.role})
    return grant
