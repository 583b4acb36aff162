"""Reading reviews."""

from apps.reviews.selectors.becoming import (
    Made,
    actions_behind,
    behind_each,
    version_named,
    versions_to_link,
)
from apps.reviews.selectors.drills import Timed, Times, times_of
from apps.reviews.selectors.due import (
    actions_to_remind,
    feedback_to_remind,
    reviews_to_chase,
    reviews_to_remind,
)
from apps.reviews.selectors.feedback import (
    affected_services,
    feedback_for,
    feedback_of,
    owners_of,
)
from apps.reviews.selectors.lessons import Filters, Lesson, counted_reviews, lessons_for
from apps.reviews.selectors.reading import (
    Measure,
    action_for,
    actions_of,
    measures_of,
    open_actions,
    open_reviews,
    outcomes_of,
    possible_owners,
    review_exists,
    review_for,
    reviews_of,
    reviews_visible_to,
    reviews_waiting_for,
    signed_reviews,
    signers_of_change,
    troubles,
)
from apps.reviews.selectors.saying import digest_of, factors_of, moments_of, texts_of
from apps.reviews.selectors.similar import Similar, similar_reviews
from apps.reviews.selectors.standing import may_close_change, standing_of
from apps.reviews.selectors.terms import Terms, terms_of

__all__ = [
    "Timed",
    "Times",
    "times_of",
    "Made",
    "actions_behind",
    "behind_each",
    "version_named",
    "versions_to_link",
    "Filters",
    "Lesson",
    "counted_reviews",
    "lessons_for",
    "Measure",
    "Similar",
    "action_for",
    "actions_of",
    "actions_to_remind",
    "affected_services",
    "digest_of",
    "factors_of",
    "feedback_for",
    "feedback_of",
    "feedback_to_remind",
    "may_close_change",
    "measures_of",
    "moments_of",
    "open_actions",
    "open_reviews",
    "outcomes_of",
    "owners_of",
    "possible_owners",
    "review_exists",
    "review_for",
    "reviews_of",
    "reviews_to_chase",
    "reviews_to_remind",
    "reviews_visible_to",
    "reviews_waiting_for",
    "signed_reviews",
    "signers_of_change",
    "similar_reviews",
    "standing_of",
    "texts_of",
    "Terms",
    "terms_of",
    "troubles",
]
