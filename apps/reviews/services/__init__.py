"""Writing and signing reviews.

- ``open_review`` (and its effect ``review_ended_change``): when a change ends, prefilled from it.
- ``record_review``: what a person says of it; what is blank stays blank.
- ``add_action``, ``complete_action``: what will be done because of it.
- ``sign_review``: by someone other than the requester.
- ``remind_reviews``: what is due and overdue.
"""

from apps.reviews.services.actions import add_action, complete_action
from apps.reviews.services.opening import open_review, review_ended_change
from apps.reviews.services.recording import record_review
from apps.reviews.services.reminding import remind_reviews
from apps.reviews.services.signing import sign_review

__all__ = [
    "add_action",
    "complete_action",
    "open_review",
    "record_review",
    "remind_reviews",
    "review_ended_change",
    "sign_review",
]
