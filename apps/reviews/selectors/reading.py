"""Reviews and actions as a person may see them."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import active_grants, holds_everywhere
from apps.approvals.models import Signature
from apps.approvals.selectors import approvals_of, rounds_approved_by
from apps.changes.models import Change
from apps.changes.selectors import changes_to_read, changes_visible_to
from apps.reviews.enums import WENT_WRONG, ReviewState, Verdict
from apps.reviews.models import ActionItem, Feedback, RealisedMetric, Review
from apps.reviews.rules import verdict

SIMILAR_SHOWN = 3
_TO_SIGN = Q(state=ReviewState.OPEN, due_at__isnull=False)
_REFERENCE = re.compile(r"PIR-(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Measure:
    """A metric of a review with its verdict."""

    metric: RealisedMetric
    verdict: Verdict


def reviews_visible_to(user: User) -> QuerySet[Review]:
    """Return the reviews of the changes that a person may see, with what a list shows of them; of no rehearsal."""
    return reviews_of(changes_visible_to(user))


def reviews_to_read(user: User) -> QuerySet[Review]:
    """Return the reviews that a person may read, of rehearsals too: to open one, and for its actions."""
    return reviews_of(changes_to_read(user))


def reviews_of(visible: QuerySet[Change]) -> QuerySet[Review]:
    """Return the reviews of these changes, which the caller has asked for in a person's name."""
    found = Review.objects.filter(change__in=visible)
    return found.select_related("change", "change__requester", "signed_by").defer("change__search")


def review_for(user: User, ref: str) -> Review | None:
    """Return one review by its reference, such as ``PIR-1042``, or None if this person may not see it.

    It comes with ``asked``, of how many services it was asked how the change was, and ``answered``, of how many
    someone has said it.
    """
    found = _REFERENCE.fullmatch(ref)
    if found is None:
        return None
    return reviews_to_read(user).filter(change__number=found[1]).annotate(**_FEEDBACK).first()


def _count(rows: QuerySet[Feedback]) -> Coalesce:
    counted = rows.order_by().values("review").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


_OF = Feedback.objects.filter(review=OuterRef("pk"))
_FEEDBACK = {"asked": _count(_OF), "answered": _count(_OF.filter(answered_at__isnull=False))}


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
    return review.actions.filter(pk=pk, review__in=reviews_to_read(user)).first()


def open_reviews(user: User) -> QuerySet[Review]:
    """Return the reviews that are still to be signed, the most urgent first."""
    return reviews_visible_to(user).filter(_TO_SIGN).order_by("due_at", "pk")


def signed_reviews(user: User) -> QuerySet[Review]:
    """Return the reviews that are signed, the latest change first."""
    return reviews_visible_to(user).filter(state=ReviewState.SIGNED).order_by("-pk")


def open_actions(user: User) -> QuerySet[ActionItem]:
    """Return every action that is not done, of reviews that a person may see, the most urgent first."""
    return (
        ActionItem.objects.filter(done_at=None, review__in=reviews_to_read(user))
        .select_related("owner", "review__change")
        .order_by("due_on", "pk")
    )


def reviews_waiting_for(user: User, now: datetime) -> QuerySet[Review]:
    """Return the open reviews that wait for a person, the most urgent first: those to write and those to sign.

    Those in which a service of theirs waits for an answer (``asks``) are in it too. To write are those of the changes
    that they asked for; for a change manager over everything,
    the overdue ones of others too.
    To sign are the written ones of changes that they approved as sponsor or owner; for a change manager over
    everything, all that others asked for.
    """
    asked = Q(change__requester=user)
    write, sign = asked, ~asked
    if holds_everywhere(user, Role.CHANGE_MANAGER):
        write |= Q(due_at__lte=now)
    else:
        sign &= Q(change__round__in=rounds_approved_by(user, (Role.SPONSOR, Role.OWNER)))
    unwritten = Q(outcome="") | Q(what_happened="")
    asks = Feedback.objects.filter(review=OuterRef("pk"), asked=user, answered_at=None)
    found = Review.objects.filter(_TO_SIGN).annotate(asks=Exists(asks))
    found = found.filter((unwritten & write) | (~unwritten & sign) | Q(asks=True))
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


def signers_of_change(review: Review) -> list[Signature]:
    """Return who approved the change under review, in the order in which they signed."""
    return list(approvals_of(review.change.round_id).select_related("signer", "requirement").distinct())
