"""Notifications about reviews."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.outbox.services import notify
from apps.reviews.models import Review


def tell(
    user: User, rule: str, review: Review, due: datetime, title: str, body: str = "", on: date | None = None
) -> None:
    """Notify a person about a review; the same rule, review and due time tells them once.

    What is due on a whole day is told as that day, ``on``, and not as the instant at which the day ends.
    """
    by = due.astimezone(ZoneInfo(user.time_zone))
    day, clock = on or by, "" if on else f", {by:%H:%M}"
    notify(
        user=user,
        rule=rule,
        subject=review.ledger_ref(),
        due=due,
        title=title,
        body=f"{body or review.change.title}\nDue by {day:%a} {day.day} {day:%b}{clock}.",
        url=f"/reviews/{review.ref}/",
    )
