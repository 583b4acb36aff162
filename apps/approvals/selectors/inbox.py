"""One person's inbox, found from the grants that they hold."""

from collections.abc import Iterable
from typing import Literal

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.accounts.enums import GrantScope
from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import grants_of, holds_any_role
from apps.approvals.enums import RequirementState
from apps.approvals.models import Bar, Requirement, Signature

Tab = Literal["needs_me", "waiting", "decided"]
BADGE_LIMIT = 99


def inbox_for(user: User, tab: Tab) -> QuerySet[Requirement]:
    """Return a person's requirements with their rounds: what needs them, waits, or was decided.

    The first two are sorted by time left, then risk. ``decided`` is newest first, with ``my_decision`` and
    ``my_signed_at``.
    """
    rows = Requirement.objects.select_related("round", "team")
    if tab == "needs_me":
        return rows.filter(pk__in=_needing(user).values("pk")).order_by("due_at", "-round__risk", "pk")
    if tab == "waiting":
        mine = rows.filter(round__opened_by=user, state=RequirementState.OPEN)
        return mine.order_by("due_at", "-round__risk", "pk")
    decided = rows.filter(signatures__signer=user)
    return decided.annotate(
        my_decision=F("signatures__decision"), my_signed_at=F("signatures__signed_at")
    ).order_by("-signatures__signed_at", "pk")


def open_count_for(user: User) -> int:
    """Return how many requirements need a person, counted no further than a badge can show."""
    return _needing(user)[: BADGE_LIMIT + 1].count()


def waiting_count_for(user: User) -> int:
    """Return how many requirements a person waits for, counted no further than a badge can show."""
    return inbox_for(user, "waiting").order_by()[: BADGE_LIMIT + 1].count()


def _needing(user: User) -> QuerySet[Requirement]:
    """Return the open requirements that a person may sign, found from the grants that they hold."""
    grants = grants_of(user)
    if not grants:
        return Requirement.objects.none()
    signed_here = Signature.objects.filter(signer=user, requirement__round=OuterRef("round"))
    bars = Bar.objects.filter(user=user, round=OuterRef("round"))
    return Requirement.objects.filter(_reached_by(grants), state=RequirementState.OPEN).exclude(
        Exists(signed_here.filter(~Q(requirement__role=OuterRef("role")) | Q(requirement=OuterRef("pk"))))
        | Exists(bars.filter(Q(requirement=None) | Q(requirement=OuterRef("pk"))))
    )


def _reached_by(grants: Iterable[RoleGrant]) -> Q:
    """Return the condition that a requirement's role, team and component are among those granted."""
    reached = Q(pk__in=[])
    for grant in grants:
        match grant.scope:
            case GrantScope.EVERYTHING:
                reached |= Q(role=grant.role)
            case GrantScope.TEAM:
                reached |= Q(role=grant.role, team=grant.team_id)
            case _:
                reached |= Q(role=grant.role, component_key=grant.component_key)
    return reached


def requirement_for(user: User, pk: int) -> Requirement | None:
    """Return a requirement that a person may look at, or None.

    Whoever holds any role sees what is asked of everyone; the page says whether they may sign, and why not.
    """
    found = Requirement.objects.select_related("round", "team", "round__opened_by").filter(pk=pk).first()
    if found is None or not (found.round.opened_by_id == user.pk or holds_any_role(user)):
        return None
    return found


def requirement_exists(pk: int) -> bool:
    """Return whether there is such a requirement, so that a look that was refused can be told from a wrong address."""
    return Requirement.objects.filter(pk=pk).exists()
