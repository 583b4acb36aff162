"""Notifications about reviews."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.outbox.services import notify
from apps.reviews.models import Review


def tell(user: User, rule: str, review: Review, due: datetime, title: str, body: str = "") -> None:
    """Notify a person about a review; the same rule, review and due time tells them once."""
    by = due.astimezone(ZoneInfo(user.time_zone))
    notify(
        user=user,
        rule=rule,
        subject=review.ledger_ref(),
        due=due,
        title=title,
        body=f"{body or review.change.title}\nDue by {by:%a} {by.day} {by:%b}, {by:%H:%M}.",
        url=f"/reviews/{review.ref}/",
    )
