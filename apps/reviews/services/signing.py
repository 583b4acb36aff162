"""Signing a review: someone other than the requester says that it is right."""

from django.db import transaction

from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Invalid
from apps.lifecycle.services import advance
from apps.reviews import selectors
from apps.reviews.models import Review
from apps.reviews.rules import may_sign, missing_fields
from apps.reviews.services.access import locked, person_of, require
from apps.reviews.services.recording import texts_of


@transaction.atomic
def sign_review(*, actor: Actor, review: Review) -> Review:
    """Sign a review as it stands. The ledger keeps a digest of everything it says.

    Raises:
        Forbidden: this person may not sign it.
        Invalid: the outcome or what happened is missing.
        IllegalTransition: it is signed already.
    """
    review = locked(review)
    require(may_sign(review, selectors.standing_of(person_of(actor), review)))
    missing = missing_fields(review)
    if missing:
        raise Invalid(missing, remedy="Fill this in, then sign.")
    Review.objects.filter(pk=review.pk).update(signed_by=actor.user, signed_at=clock.now())
    advance(
        review, "sign", actor=actor, data={"outcome": review.outcome, "digest": digest(content_of(review))}
    )
    review.refresh_from_db()
    return review


def content_of(review: Review) -> dict[str, object]:
    """Return everything that a signature on a review covers, as JSON values."""
    return {
        "review": review.ref,
        "outcome": review.outcome,
        **texts_of(review),
        "metrics": [
            {"name": metric.name, "unit": metric.unit, "target": metric.target, "realised": metric.realised}
            for metric in review.metrics.all()
        ],
        "actions": [
            {"text": action.text, "owner": action.owner_id, "due_on": action.due_on.isoformat()}
            for action in review.actions.all()
        ],
    }
