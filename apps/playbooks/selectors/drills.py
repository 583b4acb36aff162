"""Drills, for whoever holds any role."""

from collections.abc import Collection

from django.db.models import QuerySet

from apps.accounts.enums import GrantScope
from apps.accounts.models import User
from apps.accounts.selectors import grants_of, roles_of, with_any_role
from apps.catalog.models import Component
from apps.catalog.selectors import versions_in_use
from apps.core.actors import Actor
from apps.core.decisions import Decision, denied
from apps.playbooks.enums import DrillState, UseState
from apps.playbooks.models import Drill, Playbook
from apps.playbooks.rules import may_cancel_drill, may_plan_drills, may_start_drill
from apps.playbooks.selectors.naming import number_in
from apps.playbooks.selectors.playbooks import playbooks_visible_to


def drills_visible_to(user: User) -> QuerySet[Drill]:
    """Return all drills, the newest first; none without a role."""
    return Drill.objects.filter(with_any_role(user)).select_related("version__playbook", "owner")


def drill_for(user: User, ref: str) -> Drill | None:
    """Return a drill by its reference ("DRL-1"), or None when there is none that the person may see."""
    return drills_visible_to(user).filter(number__in=number_in(ref, Drill.PREFIX)).first()


def drill_exists(ref: str) -> bool:
    """Return whether there is such a drill, whoever may see it; for the record of a denial alone."""
    return Drill.objects.filter(number__in=number_in(ref, Drill.PREFIX)).exists()


def last_drill(user: User, playbook: Playbook) -> Drill | None:
    """Return the drill of a playbook that finished last, or None."""
    return _finished(user, playbook).first()


def drill_before(user: User, drill: Drill) -> Drill | None:
    """Return the drill of the same playbook that finished last before this one began, or None."""
    found = _finished(user, drill.version.playbook).exclude(pk=drill.pk)
    if drill.started_at is not None:
        found = found.filter(ended_at__lte=drill.started_at)
    return found.first()


def _finished(user: User, playbook: Playbook) -> QuerySet[Drill]:
    of_it = drills_visible_to(user).filter(version__playbook=playbook, state=DrillState.FINISHED)
    return of_it.order_by("-ended_at", "-pk")


def playbooks_to_rehearse(user: User) -> list[tuple[str, str]]:
    """Return the playbooks in use, by reference and title."""
    found = playbooks_visible_to(user).filter(playbook__state=UseState.ACTIVE)
    return [(one.playbook.ref, f"{one.playbook.ref}: {one.title}") for one in found]


def components_to_rehearse(keys: Collection[str]) -> list[Component]:
    """Return the components with these keys that are in the catalog with a version in use, by key; two queries."""
    found = list(Component.objects.filter(key__in=list(keys), retired_at=None).order_by("key"))
    in_use = versions_in_use([one.pk for one in found])
    return [one for one in found if one.pk in in_use]


def plan_drill_decision(actor: Actor) -> Decision:
    """Say whether an actor may plan drills."""
    if not isinstance(actor.user, User):
        return denied("Only a person can plan a drill.")
    return may_plan_drills(set(roles_of(actor.user)))


def start_drill_decision(actor: Actor, drill: Drill) -> Decision:
    """Say whether an actor may start a drill, whatever its state."""
    return may_start_drill(drill.owner_id, actor.user.pk if actor.user else None, str(drill.owner))


def cancel_drill_decision(actor: Actor, drill: Drill) -> Decision:
    """Say whether an actor may cancel a drill, whatever its state."""
    if not isinstance(actor.user, User):
        return denied("Only a person can cancel a drill.")
    held = {grant.role for grant in grants_of(actor.user) if grant.scope == GrantScope.EVERYTHING}
    return may_cancel_drill(drill.owner_id, actor.user.pk, str(drill.owner), held)
