"""What a person is to a change under review, and whether that change may be closed."""

from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

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
    if review is not None and (review.state == ReviewState.SIGNED or not review.is_needed):
        return ALLOWED
    name = f"review {review.ref}" if review else "review"
    return denied(
        f"The {name} of this change is not signed yet.{_by_when(review)}",
        "Write the review and have it signed first.",
    )


def _by_when(review: Review | None) -> str:
    """Return by when it is due, and which rule asked for that, if one did."""
    if review is None or review.due_at is None:
        return ""
    day = review.due_at.astimezone(ZoneInfo(review.change.time_zone))
    because = f" The rule {review.rule} asks for that." if review.rule else ""
    return f" It is due by {day:%a} {day.day} {day:%b}.{because}"


def standing_of(user: User | None, review: Review) -> Standing:
    """Return what a person is to the change under review; nobody for the system. One query."""
    if user is None:
        return NOBODY
    change = review.change
    sponsor = approvals_of(OuterRef("round")).filter(signer=user, requirement__role=Role.SPONSOR)
    here = Change.objects.filter(pk=change.pk).order_by()
    lead, sponsor, owner = here.values_list(
        Exists(PlanStep.objects.filter(change=OuterRef("pk"), lead=user)),
        Exists(sponsor),
        Exists(_asked_as_owner(user)),
    )[0]
    return Standing(
        requester=change.requester_id == user.pk,
        lead=lead,
        change_manager=manages(user, change),
        sponsor=sponsor,
        owner=owner,
    )


def _asked_as_owner(user: User) -> QuerySet[Requirement]:
    """Return what the owners of affected parts were asked that reaches this person."""
    asked = Requirement.objects.filter(round=OuterRef("round"), role=Role.OWNER)
    reach = Q(pk=None)
    for grant in grants_of(user):
        if grant.role == Role.OWNER:
            reach |= _scope_of(grant.component_key, grant.team_id)
    return asked.filter(reach)


def _scope_of(component_key: str, team_id: int | None) -> Q:
    """Return which requirements a grant reaches; one over everything reaches all."""
    if component_key:
        return Q(component_key=component_key)
    return Q(team=team_id) if team_id else ~Q(pk=None)
