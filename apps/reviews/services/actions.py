"""What will be done because of a review."""

from datetime import UTC, date
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.calendar.rules import YEARS
from apps.changes.selectors import manages
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.reviews import selectors
from apps.reviews.models import ActionItem, Factor, Review
from apps.reviews.rules import may_complete, may_write
from apps.reviews.services.access import locked, person_of, require
from apps.reviews.services.telling import tell

ACTION_TEXT_LIMIT = 300


@transaction.atomic
def add_action(
    *, actor: Actor, review: Review, text: str, owner: User, due_on: date, factor: Factor | None = None
) -> ActionItem:
    """Add something that will be done because of a review, by one person, by a day; tell that person.

    ``factor`` is what it answers to, one of those that the review names.

    Raises:
        Forbidden: this person may not write this review, or it is signed.
        Invalid: no text, a day that has passed or is past counting, a person who has left, or a factor of another
            review.
    """
    review = locked(review)
    require(may_write(review, selectors.standing_of(person_of(actor), review)))
    text = text.strip()
    _check_action(text, owner, due_on, today=_today(actor))
    if factor is not None and (factor.review_id != review.pk or factor.removed_at is not None):
        raise Invalid({"factor": ["Choose something that this review names."]})
    action = ActionItem.objects.create(review=review, text=text, owner=owner, due_on=due_on, factor=factor)
    record_event(
        event="review.action_added",
        actor=actor,
        obj=review,
        data={"action": action.pk, "owner": owner.pk, "due_on": due_on.isoformat()}
        | ({"factor": factor.pk} if factor else {}),
        private={"text": text},
    )
    tell(
        owner,
        f"action.given.{action.pk}",
        review,
        action.due_at,
        f"You have an action from {review.ref}",
        text,
        on=due_on,
    )
    return action


def _today(actor: Actor) -> date:
    """Return the day where the person is who writes; in UTC for a system job."""
    person = person_of(actor)
    return clock.now().astimezone(ZoneInfo(person.time_zone) if person else UTC).date()


def _check_action(text: str, owner: User, due_on: date, *, today: date) -> None:
    fields: dict[str, list[str]] = {}
    if not text:
        fields["text"] = ["Say what will be done."]
    elif len(text) > ACTION_TEXT_LIMIT:
        fields["text"] = [f"Keep it to {ACTION_TEXT_LIMIT} characters."]
    if not owner.is_active:
        fields["owner"] = [f"{owner} has left. Choose someone who can do it."]
    if due_on < today:
        fields["due_on"] = ["Choose today or a later day."]
    elif due_on.year not in YEARS:
        fields["due_on"] = [f"Choose a year up to {YEARS[-1]}."]
    if fields:
        raise Invalid(fields)


@transaction.atomic
def complete_action(*, actor: Actor, action: ActionItem) -> ActionItem:
    """Mark an action as done. Raises Forbidden when it is done, or when this person may not say so."""
    action = (
        ActionItem.objects.select_for_update(of=["self"])
        .select_related("owner", "review__change")
        .get(pk=action.pk)
    )
    person = person_of(actor)
    manager = person is not None and manages(person, action.review.change)
    require(may_complete(action, user_id=person.pk if person else None, change_manager=manager))
    action.done_at = clock.now()
    action.save(update_fields=["done_at", "updated_at"])
    record_event(event="review.action_done", actor=actor, obj=action.review, data={"action": action.pk})
    return action
