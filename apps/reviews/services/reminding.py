"""Reminders of reviews and actions. Each is marked in the transaction that tells of it, so that none is told twice."""

from datetime import timedelta

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.selectors import people_with_role
from apps.core import clock
from apps.reviews import selectors
from apps.reviews.services.telling import tell

NOTICE = timedelta(days=1)
BATCH = 500


def remind_reviews() -> None:
    """Tell requesters of reviews due within a day, change managers of overdue ones, and owners of their actions."""
    _remind_requesters()
    _chase()
    _remind_owners()


@transaction.atomic
def _remind_requesters() -> None:
    now = clock.now()
    due = selectors.reviews_to_remind(now + NOTICE).select_for_update(of=["self"], skip_locked=True)
    for review in due[:BATCH]:
        tell(review.change.requester, "review.due", review, review.due_at, f"{review.ref} is due")
        review.reminded_at = now
        review.save(update_fields=["reminded_at"])


@transaction.atomic
def _chase() -> None:
    now = clock.now()
    managers = list(people_with_role(Role.CHANGE_MANAGER))
    overdue = selectors.reviews_to_chase(now).select_for_update(of=["self"], skip_locked=True)
    for review in overdue[:BATCH]:
        for user in {review.change.requester, *managers}:
            tell(user, "review.overdue", review, review.due_at, f"{review.ref} is overdue")
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
