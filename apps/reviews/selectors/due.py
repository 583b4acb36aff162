"""What is due, for the portal's own reminders."""

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from apps.reviews.enums import ReviewState
from apps.reviews.models import ActionItem, Feedback, Review


def reviews_to_remind(moment: datetime) -> QuerySet[Review]:
    """Return the open reviews due at or before a moment whose requester has not been reminded."""
    return _due(moment).filter(reminded_at=None)


def reviews_to_chase(moment: datetime) -> QuerySet[Review]:
    """Return the open reviews that are overdue at a moment and that nobody has been chased about."""
    return _due(moment).filter(chased_at=None)


def _due(moment: datetime) -> QuerySet[Review]:
    return Review.objects.filter(state=ReviewState.OPEN, due_at__lte=moment).select_related(
        "change__requester"
    )


def actions_to_remind(moment: datetime) -> QuerySet[ActionItem]:
    """Return the actions that are not done, end by a moment, and whose owner has not been reminded."""
    ends = moment.astimezone(UTC).date() - timedelta(days=1)
    due = ActionItem.objects.filter(done_at=None, due_on__lte=ends, reminded_at=None)
    return due.select_related("owner", "review__change")


def feedback_to_remind(moment: datetime) -> QuerySet[Feedback]:
    """Return what nobody has answered of open reviews due at or before a moment, and nobody was reminded of."""
    due = Feedback.objects.filter(answered_at=None, reminded_at=None, asked__isnull=False)
    due = due.filter(review__state=ReviewState.OPEN, review__due_at__lte=moment)
    # The join with those who were asked gives a row for each of them.
    found = Feedback.objects.filter(pk__in=due.values("pk"))
    return found.select_related("component", "review__change").prefetch_related("asked")
