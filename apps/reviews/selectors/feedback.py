"""What was asked of those who answer for affected services."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from apps.accounts.enums import GrantScope, Role
from apps.accounts.selectors import active_grants
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.changes.models import Change
from apps.changes.selectors import items_of, reached_by
from apps.reviews.models import Feedback, Review


def affected_services(change: Change) -> list[Component]:
    """Return the services that a change moved or reaches, as it was submitted, by name; three queries at most."""
    keys = {item.component.key for item in items_of(change)}
    keys |= {row.key for row in reached_by(change) if row.included and row.kind == ComponentKind.SERVICE}
    return list(
        Component.objects.filter(key__in=keys, kind=ComponentKind.SERVICE).select_related("owner_person")
    )


def owners_of(components: Sequence[Component]) -> dict[int, set[int]]:
    """Return who answers for each component, by number: its person, else whoever holds its role of owner; one query.

    A role over everything answers for no service of its own.
    """
    teams = {one.owner_team_id for one in components if one.owner_team_id}
    keys = [one.key for one in components]
    reach = Q(scope=GrantScope.TEAM, team__in=teams) | Q(scope=GrantScope.COMPONENT, component_key__in=keys)
    by_team, by_key = defaultdict[int, set[int]](set), defaultdict[str, set[int]](set)
    for grant in active_grants().filter(reach, role=Role.OWNER):
        if grant.team_id:
            by_team[grant.team_id].add(grant.user_id)
        by_key[grant.component_key].add(grant.user_id)
    return {
        one.pk: {one.owner_person_id}
        if one.owner_person_id and one.owner_person and one.owner_person.is_active
        else by_key[one.key] or by_team[one.owner_team_id or 0]
        for one in components
    }


def feedback_of(review: Review) -> QuerySet[Feedback]:
    """Return what was asked about each affected service, by its name, with who was asked and what they said."""
    rows = review.feedback.select_related("component", "answered_by").prefetch_related("asked")
    return rows.order_by("component__title", "component__name", "pk")


def feedback_for(review: Review, pk: int) -> Feedback | None:
    """Return one question of a review that the caller has found for a person, or None."""
    return feedback_of(review).filter(pk=pk).first()
