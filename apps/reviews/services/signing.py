"""Signing a review: someone other than the requester says that it is right."""

from django.db import transaction

from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid, Stale
from apps.lifecycle.services import advance
from apps.playbooks.services import finish_drill
from apps.reviews import selectors
from apps.reviews.models import Review
from apps.reviews.rules import may_sign, missing_fields
from apps.reviews.services.access import locked, person_of, require


@transaction.atomic
def sign_review(*, actor: Actor, review: Review, digest: str) -> Review:
    """Sign a review as the person read it: ``digest`` is ``selectors.digest_of`` what they were shown.

    Where it is of a rehearsal, its drill ends with it.

    Raises:
        Forbidden: this person may not sign it.
        Invalid: the outcome or what happened is missing.
        Stale: it was edited since they read it.
    """
    review = locked(review)
    require(may_sign(review, selectors.standing_of(person_of(actor), review)))
    missing = missing_fields(review)
    if missing:
        raise Invalid(missing, remedy="Fill this in, then sign.")
    if digest != selectors.digest_of(review):
        raise Stale("This review was edited since you opened it.", remedy="Read it again, then sign.")
    Review.objects.filter(pk=review.pk).update(signed_by=actor.user, signed_at=clock.now())
    advance(review, "sign", actor=actor, data={"outcome": review.outcome, "digest": digest})
    review.refresh_from_db()
    return review


def finish_its_drill(review: Review, actor: Actor) -> None:
    """End the drill that ends with this review; an effect of the signature, in its transaction."""
    if review.change.drill is not None:
        finish_drill(actor=actor, drill=review.change.drill)
