"""Who signs in whose place now, and what a person has given and taken."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import Team, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import active_grants, grants_of
from apps.approvals.models import Delegation, Requirement
from apps.approvals.rules import Need
from apps.catalog.selectors import graph
from apps.core import clock


def delegations_in_force() -> QuerySet[Delegation]:
    """Return the accepted delegations that count now, with their people. Both still work here.

    What the giver may sign is another question, asked of their grants.
    """
    now = clock.now()
    return Delegation.objects.filter(
        Exists(active_grants(now).filter(user=OuterRef("delegate"))),
        accepted_at__isnull=False,
        ended_at=None,
        starts_at__lte=now,
        ends_at__gt=now,
        giver__is_active=True,
    ).select_related("giver", "delegate")


def fits(delegation: Delegation, asked: Requirement | Need) -> bool:
    """Return whether a delegation is of the role that is asked, over its component or its team."""
    return delegation.role in ("", asked.role) and reaches(delegation, asked.component_key, asked.team_id)


def delegations_of(user: User) -> QuerySet[Delegation]:
    """Return what a person has given and taken that has not passed, soonest first."""
    return Delegation.objects.filter(
        Q(giver=user) | Q(delegate=user), ended_at=None, ends_at__gt=clock.now()
    ).select_related("giver", "delegate", "team")


def delegation_for(user: User, number: int) -> Delegation | None:
    """Return a delegation that a person gave or took, or None. Nobody else has anything to do to it."""
    mine = Delegation.objects.filter(Q(giver=user) | Q(delegate=user), pk=number)
    return mine.select_related("giver", "delegate", "team").first()


def delegation_exists(number: int) -> bool:
    """Return whether there is such a delegation, so that a refused look can be told from a wrong address."""
    return Delegation.objects.filter(pk=number).exists()


def team_of(component_key: str) -> int | None:
    """Return the team that owns a component, by its key, or None."""
    known = graph()
    found = known.id_of.get(component_key)
    return known.nodes[found].team_id if found is not None else None


def holds_for_cover(user: User, role: str, team: Team | None, component_key: str) -> bool:
    """Return whether a person holds a role (any, when none is named) over what they would let another sign."""
    held = [grant for grant in grants_of(user) if role in ("", grant.role)]
    if team is None and not component_key:
        return bool(held)
    owner = team.pk if team else team_of(component_key)
    return any(reaches(grant, component_key, owner) for grant in held)
