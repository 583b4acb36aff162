"""What every write of a review starts with: the row as it is now, and whether this person may."""

from apps.accounts.models import User
from apps.core.actors import Actor
from apps.core.decisions import Decision
from apps.core.errors import Forbidden
from apps.reviews.models import Review


def locked(review: Review) -> Review:
    """Return the review as it is now, held until the transaction ends, so that nobody signs half an edit."""
    return Review.objects.select_for_update(of=["self"]).select_related("change").get(pk=review.pk)


def person_of(actor: Actor) -> User | None:
    return actor.user if isinstance(actor.user, User) else None


def require(decision: Decision) -> None:
    """Raise Forbidden with the rule's reason when it says no."""
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
