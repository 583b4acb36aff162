"""Writing and signing reviews.

- ``open_review`` (and its effect ``review_ended_change``): when a change ends, prefilled from it.
- ``record_review``: what a person says of it; what is blank stays blank.
- ``add_moment``, ``edit_moment``, ``remove_moment``: what people add to the timeline.
- ``add_factor``, ``edit_factor``, ``remove_factor``: what made the outcome likely.
- ``ask_for_feedback``, ``answer_feedback``: how it was for each affected service.
- ``add_action``, ``complete_action``: what will be done because of it.
- ``link_action``, ``begin_rules``: which version of the rules, the checks or a template an action turned into.
- ``sign_review``: by someone other than the requester. It ends the drill of a rehearsal.
- ``remind_reviews``: what is due and overdue.
"""

from apps.reviews.services.actions import add_action, complete_action
from apps.reviews.services.becoming import begin_rules, link_action
from apps.reviews.services.feedback import answer_feedback, ask_for_feedback
from apps.reviews.services.opening import open_review, review_ended_change
from apps.reviews.services.recording import record_review
from apps.reviews.services.reminding import remind_reviews
from apps.reviews.services.signing import sign_review
from apps.reviews.services.timeline import (
    add_factor,
    add_moment,
    edit_factor,
    edit_moment,
    remove_factor,
    remove_moment,
)

__all__ = [
    "add_action",
    "add_factor",
    "add_moment",
    "answer_feedback",
    "ask_for_feedback",
    "begin_rules",
    "link_action",
    "edit_factor",
    "edit_moment",
    "remove_factor",
    "remove_moment",
    "complete_action",
    "open_review",
    "record_review",
    "remind_reviews",
    "review_ended_change",
    "sign_review",
]
