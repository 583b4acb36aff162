"""What a person says of a change."""

import math
from collections.abc import Mapping

from django.db import transaction

from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.errors import Invalid, Stale
from apps.reviews import selectors
from apps.reviews.enums import Outcome
from apps.reviews.models import RealisedMetric, Review
from apps.reviews.rules import may_write
from apps.reviews.services.access import locked, person_of, require


@transaction.atomic
def record_review(
    *,
    actor: Actor,
    review: Review,
    digest: str,
    outcome: str,
    what_happened: str,
    went_well: str,
    realised: Mapping[int, float | None],
) -> Review:
    """Write what a person says of a change. ``realised`` maps a metric's number to its value, or to None.

    None means that it was not measured; it is never taken for 0. A metric that is left out keeps what it has.
    ``digest`` is ``selectors.digest_of`` the review that the person read before they wrote.

    Raises:
        Forbidden: this person may not write this review, or it is signed.
        Invalid: an unknown outcome, a metric of another review, or a value that is not a number.
        Stale: somebody edited it since they read it.
    """
    review = locked(review)
    require(may_write(review, selectors.standing_of(person_of(actor), review)))
    metrics = {metric.pk: metric for metric in review.metrics.all()}
    _check_record(outcome, realised, metrics)
    if digest != selectors.digest_of(review):
        raise Stale("Somebody edited this review while you were writing.", remedy="Read it again, then save.")
    review.outcome = outcome
    review.what_happened = what_happened.strip()
    review.went_well = went_well.strip()
    review.save()
    for pk, value in realised.items():
        metrics[pk].realised = value
    RealisedMetric.objects.bulk_update(metrics.values(), ["realised"])
    record_event(
        event="review.recorded",
        actor=actor,
        obj=review,
        data={"outcome": outcome, "realised": [metric.realised for metric in metrics.values()]},
        private=selectors.texts_of(review),
    )
    return review


def _check_record(
    outcome: str, realised: Mapping[int, float | None], metrics: Mapping[int, RealisedMetric]
) -> None:
    fields: dict[str, list[str]] = {}
    if outcome and outcome not in Outcome.values:
        fields["outcome"] = ["Choose one of the outcomes on the list."]
    for pk, value in realised.items():
        if pk not in metrics:
            fields["realised"] = ["This measure does not belong to this review."]
        elif value is not None and not math.isfinite(value):
            fields[f"realised_{pk}"] = ["Enter a number, or leave it blank if it was not measured."]
    if fields:
        raise Invalid(fields)
