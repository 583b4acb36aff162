"""Asking those who answer for affected services how a change was for them, and what they answer."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.catalog.models import Component
from apps.core import clock
from apps.core.actors import Actor, system
from apps.core.errors import Invalid
from apps.outbox.services import enqueue
from apps.reviews import selectors
from apps.reviews.enums import Felt, ReviewState
from apps.reviews.models import Feedback, Review
from apps.reviews.rules import may_answer
from apps.reviews.services.access import locked, person_of, require
from apps.reviews.services.telling import tell
from apps.reviews.services.texts import problems_of

ANSWER_LIMIT = 2_000
BATCH = 50
ASK_FEEDBACK = "ask_feedback"


@transaction.atomic
def ask_for_feedback(*, actor: Actor, review: Review) -> None:
    """Ask the owners of the next services that a change moved or reaches; tell each person once, whatever is theirs.

    ``BATCH`` services are asked about at once. While some are left, a worker goes on, and who was asked is not asked
    again. A service that nobody owns is kept with nobody to ask, so that the review can say so.
    """
    held = locked(review)
    services = selectors.affected_services(held.change)
    known = set(held.feedback.values_list("component", flat=True))
    waiting = [one for one in services if one.pk not in known]
    held.services = len(services)
    held.save(update_fields=["services", "updated_at"])
    if held.state != ReviewState.OPEN or not waiting:
        return
    _ask(actor, held, waiting[:BATCH])
    if len(waiting) > BATCH:
        asked = len(services) - len(waiting) + BATCH
        enqueue(topic=ASK_FEEDBACK, key=f"{held.ref}/{asked}", payload={"review": held.pk})


def ask_waiting(key: str, payload: dict[str, Any]) -> None:  # noqa: ARG001
    """Go on asking for a review. The outbox calls it."""
    ask_for_feedback(actor=system("reviews"), review=Review.objects.get(pk=payload["review"]))


def _ask(actor: Actor, review: Review, services: list[Component]) -> None:
    owners = selectors.owners_of(services)
    rows = Feedback.objects.bulk_create(Feedback(review=review, component=one) for one in services)
    through = Feedback.asked.through
    through.objects.bulk_create(
        through(feedback_id=row.pk, user_id=pk) for row in rows for pk in owners[row.component_id]
    )
    asked = {str(row.component.key): sorted(owners[row.component_id]) for row in rows}
    record_event(event="review.feedback_asked", actor=actor, obj=review, data={"asked": asked})
    title = f"How was {review.change.ref} for your service?"
    for user in User.objects.filter(pk__in={pk for one in owners.values() for pk in one}).order_by("pk"):
        tell(user, "review.feedback", review, review.due, title)


@transaction.atomic
def answer_feedback(*, actor: Actor, feedback: Feedback, felt: str, saw: str, better: str) -> Feedback:
    """Say how a change was for a service. Whoever was asked may say it anew until the review is signed.

    Raises:
        Forbidden: this person was not asked, or the review is signed.
        Invalid: no answer of the list, nothing seen where it got worse, or a text that is too long.
    """
    review = locked(feedback.review)
    person = person_of(actor)
    asked = person is not None and feedback.asked.filter(pk=person.pk).exists()
    require(may_answer(review, is_asked=asked))
    needed = "Say what got worse." if felt == Felt.WORSE else ""
    fields = {
        "felt": [] if felt in Felt.values else ["Choose one of the answers."],
        "saw": problems_of(saw, ANSWER_LIMIT, needed),
        "better": problems_of(better, ANSWER_LIMIT),
    }
    if found := {name: said for name, said in fields.items() if said}:
        raise Invalid(found)
    held = Feedback.objects.select_for_update(of=["self"]).select_related("component").get(pk=feedback.pk)
    held.felt, held.saw, held.better = felt, saw.strip(), better.strip()
    held.answered_by, held.answered_at = person, clock.now()
    held.save()
    record_event(
        event="review.feedback_given",
        actor=actor,
        obj=review,
        data={"component": held.component.key, "felt": felt},
        private={"saw": held.saw, "better": held.better},
    )
    return held
