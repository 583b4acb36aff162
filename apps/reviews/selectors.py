"""Reviews and actions as a person may see them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import active_grants, grants_of, holds_everywhere
from apps.approvals.models import Requirement, Signature
from apps.approvals.selectors import approvals_of
from apps.changes.models import Change, ChangeItem, PlanStep
from apps.changes.selectors import changes_visible_to, manages
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.decisions import ALLOWED, Decision, denied
from apps.reviews.enums import Outcome, ReviewState, Verdict
from apps.reviews.models import ActionItem, RealisedMetric, Review
from apps.reviews.rules import NOBODY, Standing, verdict

SIMILAR_SHOWN = 3
WENT_WRONG = (Outcome.ROLLED_BACK, Outcome.FAILED)
_REFERENCE = re.compile(r"PIR-(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Measure:
    """A metric of a review with its verdict."""

    metric: RealisedMetric
    verdict: Verdict


def reviews_visible_to(user: User) -> QuerySet[Review]:
    """Return the reviews of the changes that a person may see, with what a list shows of them."""
    return reviews_of(changes_visible_to(user))


def reviews_of(visible: QuerySet[Change]) -> QuerySet[Review]:
    """Return the reviews of these changes, which the caller has asked for in a person's name."""
    found = Review.objects.filter(change__in=visible)
    return found.select_related("change", "change__requester", "signed_by").defer("change__search")


def review_for(user: User, ref: str) -> Review | None:
    """Return one review by its reference, such as ``PIR-1042``, or None if this person may not see it."""
    found = _REFERENCE.fullmatch(ref)
    return reviews_visible_to(user).filter(change__number=found[1]).first() if found else None


def review_exists(ref: str) -> bool:
    """Return whether there is such a review, whoever asks; for telling a denial from a slip of the pen."""
    found = _REFERENCE.fullmatch(ref)
    return found is not None and Review.objects.filter(change__number=found[1]).exists()


def outcomes_of(changes: QuerySet[Change]) -> dict[int, str]:
    """Return how each of these changes that has ended turned out, by id: what its review says; one query.

    The caller has asked for the changes in a person's name.
    """
    found = Review.objects.filter(change__in=changes.order_by().values("pk")).exclude(outcome="")
    return dict(found.values_list("change", "outcome"))


def action_for(user: User, review: Review, pk: int) -> ActionItem | None:
    """Return one action of a review that this person may see, or None."""
    return review.actions.filter(pk=pk, review__in=reviews_visible_to(user)).first()


def open_reviews(user: User) -> QuerySet[Review]:
    """Return the reviews that are still to be signed, the most urgent first."""
    return reviews_visible_to(user).filter(state=ReviewState.OPEN).order_by("due_at", "pk")


def signed_reviews(user: User) -> QuerySet[Review]:
    """Return the reviews that are signed, the latest change first."""
    return reviews_visible_to(user).filter(state=ReviewState.SIGNED).order_by("-pk")


def open_actions(user: User) -> QuerySet[ActionItem]:
    """Return every action that is not done, of reviews that a person may see, the most urgent first."""
    return (
        ActionItem.objects.filter(done_at=None, review__in=reviews_visible_to(user))
        .select_related("owner", "review__change")
        .order_by("due_on", "pk")
    )


def reviews_waiting_for(user: User, now: datetime) -> QuerySet[Review]:
    """Return the open reviews that wait for a person, the most urgent first: those to write and those to sign.

    To write are those of the changes that they asked for; for a change manager over everything,
    the overdue ones of others too.
    To sign are the written ones of changes that they approved as sponsor or owner; for a change manager over
    everything, all that others asked for.
    """
    asked = Q(change__requester=user)
    write, sign = asked, ~asked
    if holds_everywhere(user, Role.CHANGE_MANAGER):
        write |= Q(due_at__lte=now)
    else:
        approved = approvals_of(OuterRef("change__round")).filter(
            signer=user, requirement__role__in=(Role.SPONSOR, Role.OWNER)
        )
        sign &= Q(Exists(approved))
    unwritten = Q(outcome="") | Q(what_happened="")
    found = Review.objects.filter((unwritten & write) | (~unwritten & sign), state=ReviewState.OPEN)
    found = found.select_related("change__requester", "signed_by").defer("change__search")
    return found.order_by("due_at", "pk")


def troubles(visible: QuerySet[Change], since: datetime) -> QuerySet[Review]:
    """Return which of these changes were rolled back or failed since a moment, the latest first."""
    went_wrong = reviews_of(visible).filter(outcome__in=WENT_WRONG, actual_end__gte=since)
    return went_wrong.order_by("-actual_end")


def possible_owners() -> QuerySet[User]:
    """Return the people who may be given an action: everyone here who holds a role."""
    return User.objects.filter(pk__in=active_grants().values("user"))


def actions_of(user: User) -> QuerySet[ActionItem]:
    """Return what a person has promised to do and has not done, the most urgent first."""
    return (
        ActionItem.objects.filter(owner=user, done_at=None)
        .select_related("owner", "review__change")
        .order_by("due_on", "pk")
    )


def measures_of(review: Review) -> list[Measure]:
    """Return every metric of a review with its verdict, in the order of the change."""
    return [Measure(metric, verdict(metric)) for metric in review.metrics.all()]


def similar_reviews(user: User, review: Review) -> list[Review]:
    """Return the latest signed reviews of other changes that moved one of the same components."""
    components = ChangeItem.objects.filter(change=review.change_id).values("component")
    same = ChangeItem.objects.filter(change=OuterRef("change"), component__in=components)
    others = reviews_visible_to(user).filter(Exists(same), state=ReviewState.SIGNED).exclude(pk=review.pk)
    return list(others.order_by("-pk")[:SIMILAR_SHOWN])


def signers_of_change(review: Review) -> list[Signature]:
    """Return who approved the change under review, in the order in which they signed."""
    return list(approvals_of(review.change.round_id).select_related("signer", "requirement").distinct())


def digest_of(review: Review) -> str:
    """Return the SHA-256 over everything that a signature on a review covers (RFC 8785 JSON)."""
    return digest(
        {
            "review": review.ref,
            "outcome": review.outcome,
            **texts_of(review),
            "metrics": [
                {
                    "name": metric.name,
                    "unit": metric.unit,
                    "target": metric.target,
                    "realised": metric.realised,
                }
                for metric in review.metrics.all()
            ],
            "actions": [
                {"text": action.text, "owner": action.owner_id, "due_on": action.due_on.isoformat()}
                for action in review.actions.all()
            ],
        }
    )


def texts_of(review: Review) -> dict[str, str]:
    """Return what people wrote in a review."""
    return {
        "what_happened": review.what_happened,
        "contributing_factors": review.contributing_factors,
        "went_well": review.went_well,
    }


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


def reviews_to_remind(moment: datetime) -> QuerySet[Review]:
    """Return the open reviews due at or before a moment whose requester has not been reminded."""
    return _due(moment).filter(reminded_at=None)


def reviews_to_chase(moment: datetime) -> QuerySet[Review]:
    """Return the open reviews that are overdue at a moment and that nobody has been chased about."""
    return _due(moment).filter(chased_at=None)


def _due(moment: datetime) -> QuerySet[Review]:
    return Review.objects.filter(state=ReviewState.OPEN, due_at__lte=moment).select_related(
        "change__requester"
    )


def actions_to_remind(moment: datetime) -> QuerySet[ActionItem]:
    """Return the actions that are not done, end by a moment, and whose owner has not been reminded."""
    ends = moment.astimezone(UTC).date() - timedelta(days=1)
    due = ActionItem.objects.filter(done_at=None, due_on__lte=ends, reminded_at=None)
    return due.select_related("owner", "review__change")
