"""Freezes, for people and for the engine."""

from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of, with_any_role
from apps.calendar.enums import FreezeScope
from apps.calendar.models import Booking, Freeze, during
from apps.calendar.rules import Frozen, Part, Scope, Span, frozen_parts, may_plan_freeze
from apps.calendar.selectors.bookings import live_between, plans_of
from apps.catalog.models import Component
from apps.core.actors import Actor
from apps.core.decisions import Decision, denied


def freezes_visible_to(user: User) -> QuerySet[Freeze]:
    """Return all freezes to anyone who holds a role, and none to others."""
    all_of_them = Freeze.objects.select_related("team", "component")
    return all_of_them.filter(with_any_role(user))


def freezes_between(
    user: User, start: datetime, end: datetime, *, team: str = "", kind: str = "", component: str = ""
) -> QuerySet[Freeze]:
    """Return the freezes in force that meet [start, end), in order of time; lifted ones are left out.

    ``team`` (a slug), ``kind`` and ``component`` (a part of its key or title) leave out those that name another
    team, kind or component. A freeze of everything or of a tier always stays.
    """
    found = meeting(freezes_visible_to(user), start, end)
    if team:
        found = found.filter(
            Q(team=None) | Q(team__slug=team), Q(component=None) | Q(component__owner_team__slug=team)
        )
    if kind:
        found = found.filter(Q(kind="") | Q(kind=kind), Q(component=None) | Q(component__kind=kind))
    if component:
        named = Q(component__key__icontains=component) | Q(component__title__icontains=component)
        found = found.filter(Q(component=None) | named)
    return found


def freeze_for(user: User, ref: str) -> Freeze | None:
    """Return a freeze by its reference (FRZ-3), lifted or not, when the person may see it."""
    return freezes_visible_to(user).filter(number__in=_numbers_in(ref)).first()


def freeze_exists(ref: str) -> bool:
    """Return whether there is a freeze of this reference, whoever may see it."""
    return Freeze.objects.filter(number__in=_numbers_in(ref)).exists()


def _numbers_in(ref: str) -> list[int]:
    prefix, _, number = ref.partition("-")
    known = prefix == "FRZ" and number.isascii() and number.isdecimal() and len(number) < 10
    return [int(number)] if known else []


def meeting(freezes: QuerySet[Freeze], start: datetime, end: datetime) -> QuerySet[Freeze]:
    """Return those in force that meet [start, end)."""
    found = freezes.filter(lifted_at=None).alias(during=during()).filter(during__overlap=(start, end))
    return found.order_by("start", "pk")


def freezes_over(user: User, component: Component, start: datetime, end: datetime) -> list[Freeze]:
    """Return the freezes in [start, end) that a component falls under, in order of time."""
    part = Part(component.pk, component.key, component.kind, component.tier, component.owner_team_id)
    return [freeze for freeze in freezes_between(user, start, end) if scope_of(freeze).covers(part)]


def in_force_between(start: datetime, end: datetime) -> list[Frozen]:
    """Return the freezes in force that meet [start, end), as the engine sees them."""
    found = meeting(Freeze.objects.all(), start, end)
    return [Frozen(each.pk, each.start, each.end, scope_of(each)) for each in found]


def scope_of(freeze: Freeze) -> Scope:
    """Return what a freeze covers."""
    return Scope(FreezeScope(freeze.scope), freeze.team_id, freeze.component_id, freeze.kind, freeze.tier)


def may_plan_some(user: User) -> bool:
    """Return whether a person may declare a freeze of at least something."""
    return any(grant.role in (Role.CHANGE_MANAGER, Role.OWNER) for grant in grants_of(user))


def planned_inside(scope: Scope, span: Span) -> list[Booking]:
    """Return the live bookings that a freeze of this scope and time would catch, in order of time."""
    frozen = Frozen(0, span.start, span.end, scope)
    near = live_between(span.start, span.end)
    caught = [plan.id for plan in plans_of(near) if frozen_parts(plan, frozen)]
    return list(Booking.objects.filter(pk__in=caught).order_by("start", "pk"))


def covered_components(scope: Scope) -> QuerySet[Component]:
    """Return the components in use that a scope covers."""
    found = Component.objects.filter(retired_at=None).order_by("name", "key")
    match scope.scope:
        case FreezeScope.TEAM:
            return found.filter(owner_team_id=scope.team_id)
        case FreezeScope.COMPONENT:
            return found.filter(pk__in=[scope.component_id])
        case FreezeScope.KIND:
            return found.filter(kind=scope.kind)
        case FreezeScope.TIER:
            return found.filter(tier__in=[scope.tier])
    return found


def freeze_decision(actor: Actor, scope: Scope) -> Decision:
    """Return whether the actor may declare or lift a freeze of this scope, with the reason when not."""
    if not isinstance(actor.user, User):
        return denied("Only a person may plan a freeze.")
    key, team_id = "", scope.team_id
    if scope.scope == FreezeScope.COMPONENT:
        named = (
            Component.objects.filter(pk__in=[scope.component_id]).values_list("key", "owner_team_id").first()
        )
        key, team_id = named or ("", None)
    return may_plan_freeze(grants_of(actor.user), scope.scope, component_key=key, team_id=team_id)
