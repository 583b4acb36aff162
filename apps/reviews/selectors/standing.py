"""What a person is to a change under review, and whether that change may be closed."""

from django.db.models import Q

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of
from apps.approvals.models import Requirement
from apps.approvals.selectors import approvals_of
from apps.changes.models import Change, PlanStep
from apps.changes.selectors import manages
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.reviews.enums import ReviewState
from apps.reviews.models import Review
from apps.reviews.rules import NOBODY, Standing


def may_close_change(change: Change, _actor: Actor) -> Decision:
    """Return whether a change that ended may be closed: only when its review is signed (DESIGN 3)."""
    review = Review.objects.select_related("change").filter(change=change).first()
    if review is not None and review.state == ReviewState.SIGNED:
        return ALLOWED
    name = f"review {review.ref}" if review else "review"
    return denied(
        f"The {name} of this change is not signed yet.", "Write the review and have it signed first."
    )


def standing_of(user: User | None, review: Review) -> Standing:
    """Return what a person is to the change under review; nobody for the system."""
    if user is None:
        return NOBODY
    change = review.change
    return Standing(
        requester=change.requester_id == user.pk,
        lead=PlanStep.objects.filter(change=change, lead=user).exists(),
        change_manager=manages(user, change),
        sponsor=_signed_as_sponsor(user, review),
        owner=_owns_affected(user, review),
    )


def _signed_as_sponsor(user: User, review: Review) -> bool:
    approved = approvals_of(review.change.round_id)
    return approved.filter(signer=user, requirement__role=Role.SPONSOR).exists()


def _owns_affected(user: User, review: Review) -> bool:
    """Tell whether one of the owners asked about the change is this person."""
    asked = Requirement.objects.filter(round=review.change.round_id, role=Role.OWNER)
    reach = Q(pk=None)
    for grant in grants_of(user):
        if grant.role == Role.OWNER:
            reach |= _scope_of(grant.component_key, grant.team_id)
    return asked.filter(reach).exists()


def _scope_of(component_key: str, team_id: int | None) -> Q:
    """Return which requirements a grant reaches; one over everything reaches all."""
    if component_key:
        return Q(component_key=component_key)
    return Q(team=team_id) if team_id else ~Q(pk=None)
