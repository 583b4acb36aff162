"""Opening the review of a change that has just ended."""

from django.db import transaction

from apps.audit.services import record_event
from apps.changes.models import Change
from apps.core import clock
from apps.core.actors import Actor
from apps.reviews.models import RealisedMetric, Review
from apps.reviews.rules import due_from, suggested_outcome
from apps.reviews.selectors import terms_of
from apps.reviews.services.feedback import ask_for_feedback
from apps.reviews.services.telling import tell


def review_ended_change(change: Change, actor: Actor) -> None:
    """Open the review of a change that ended; an effect of the change's own machine, in its transaction."""
    open_review(actor=actor, change=change)


@transaction.atomic
def open_review(*, actor: Actor, change: Change) -> Review:
    """Open the review of a change that ended, filled in with what the portal knows. Tell its requester, and ask
    whoever answers for an affected service: not of a rehearsal, for nothing was other than before.

    Where a rule says that none is needed, it keeps how the change ended and asks nobody.
    """
    now, terms = clock.now(), terms_of(change)
    review = Review.objects.create(
        change=change,
        due_at=due_from(now, change.time_zone, terms.days) if terms.days else None,
        rule=terms.rule,
        rules_version=terms.rules_version,
        planned_start=change.planned_start,
        planned_end=change.planned_end,
        actual_start=change.actual_start,
        actual_end=change.actual_end or now,
        outcome=suggested_outcome(change.state),
    )
    RealisedMetric.objects.bulk_create(
        RealisedMetric(
            review=review,
            name=metric.name,
            unit=metric.unit,
            direction=metric.direction,
            baseline=metric.baseline,
            target=metric.target,
            bound=metric.bound,
        )
        for metric in change.success_metrics.all()
    )
    record_event(
        event="review.opened",
        actor=actor,
        obj=review,
        data={
            "change": change.ref,
            "outcome": review.outcome,
            "due_at": clock.iso(review.due_at) if review.due_at else None,
        }
        | ({"rule": terms.rule, "rules": terms.rules_version} if terms.rule else {}),
    )
    if review.due_at is None:
        return review
    tell(
        change.requester,
        "review.opened",
        review,
        review.due_at,
        f"{review.ref}: tell us how {change.ref} went",
    )
    if change.drill_id is None:  # a rehearsal changed nothing for any service
        ask_for_feedback(actor=actor, review=review)
    return review
