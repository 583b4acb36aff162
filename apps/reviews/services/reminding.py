"""Reminders of reviews and actions. Each is marked in the transaction that tells of it, so that none is told twice."""

from datetime import timedelta

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.selectors import people_with_role
from apps.core import clock
from apps.reviews import selectors
from apps.reviews.services.telling import tell

NOTICE = timedelta(days=1)
FEEDBACK_NOTICE = timedelta(days=2)
BATCH = 500


def remind_reviews() -> None:
    """Tell requesters of reviews due within a day, change managers of overdue ones, owners of their actions, and
    whoever has not answered for a service of a review that is due within two days.
    """
    _remind_of_feedback()
    _remind_requesters()
    _chase()
    _remind_owners()


@transaction.atomic
def _remind_requesters() -> None:
    now = clock.now()
    due = selectors.reviews_to_remind(now + NOTICE).select_for_update(of=["self"], skip_locked=True)
    for review in due[:BATCH]:
        tell(review.change.requester, "review.due", review, review.due, f"{review.ref} is due")
        review.reminded_at = now
        review.save(update_fields=["reminded_at"])


@transaction.atomic
def _chase() -> None:
    now = clock.now()
    managers = list(people_with_role(Role.CHANGE_MANAGER))
    overdue = selectors.reviews_to_chase(now).select_for_update(of=["self"], skip_locked=True)
    for review in overdue[:BATCH]:
        for user in {review.change.requester, *managers}:
            tell(user, "review.overdue", review, review.due, f"{review.ref} is overdue")
        review.chased_at = now
        review.save(update_fields=["chased_at"])


@transaction.atomic
def _remind_owners() -> None:
    now = clock.now()
    due = selectors.actions_to_remind(now + NOTICE).select_for_update(of=["self"], skip_locked=True)
    for action in due[:BATCH]:
        rule = f"action.due.{action.pk}"
        tell(
            action.owner,
            rule,
            action.review,
            action.due_at,
            "An action of yours is due",
            action.text,
            on=action.due_on,
        )
        action.reminded_at = now
        action.save(update_fields=["reminded_at"])


@transaction.atomic
def _remind_of_feedback() -> None:
    now = clock.now()
    due = selectors.feedback_to_remind(now + FEEDBACK_NOTICE).select_for_update(of=["self"], skip_locked=True)
    for feedback in due[:BATCH]:
        for user in feedback.asked.all():
            rule, review = f"feedback.due.{feedback.pk}", feedback.review
            tell(user, rule, review, review.due, f"Your answer for {feedback.component} is missing")
        feedback.reminded_at = now
        feedback.save(update_fields=["reminded_at"])
