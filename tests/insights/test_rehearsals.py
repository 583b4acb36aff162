"""A rehearsal counts nowhere: each figure, map, lesson and briefing says what it said before."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import User
from apps.insights.models import Decided
from apps.insights.rules.dashboards.shapes import Asked
from apps.insights.rules.measures import Span
from apps.insights.rules.periods import PeriodKind, period_of
from apps.insights.rules.scope import Scope
from apps.insights.selectors import home_for, numbers_for, period_for
from apps.insights.selectors.card_history import history_of
from apps.insights.services import count_decisions
from apps.reviews.models import Review
from apps.reviews.selectors import lessons_for, open_reviews, review_for, signed_reviews, similar_reviews
from apps.web.dashboards import FIGURES, Reading
from tests import drills
from tests.changes.estate import Estate, at

pytestmark = pytest.mark.django_db
LATER = drills.REVIEWED + timedelta(hours=1)
SPAN = Span(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
GROWS = {"entries", "unsealed"}
"""What of the maps is the ledger itself, which keeps a rehearsal as it keeps anything."""


def told(user: User, estate: Estate) -> dict[str, Any]:
    """Return all that is counted, as one person reads it."""
    scope, week = Scope(SPAN, ZoneInfo("UTC")), period_of(PeriodKind.WEEK, LATER.date())
    with at(LATER):
        count_decisions()
        home, page = home_for(user), period_for(user, week)
        version = estate.components["credit-risk"].versions.get(version="1")
        figures = {
            name: one.make(Reading(user, scope), Asked(scope, LATER, lambda *_: "/")).rows
            for name, one in FIGURES.items()
        }
        maps = {name: count for name, count in numbers_for(user, SPAN).items() if name not in GROWS}
        return {
            "figures": figures,
            "maps": maps,
            "briefing": (page.briefing, page.counts, page.decisions, page.starting, page.ended, page.ahead),
            "home": (home.troubles, home.days, home.owned, home.ahead),
            "reviews": ([*open_reviews(user)], [*signed_reviews(user)], lessons_for(user)),
            "card": history_of(user, version, version).touches,
        }


def test_rehearsal_that_went_all_the_way_moves_no_number_and_stands_in_no_list(estate: Estate) -> None:
    leila = estate.people["leila"]
    before = told(leila, estate)
    drill = drills.finished(estate)
    assert told(leila, estate) == before
    assert not Decided.objects.exists()
    review = review_for(leila, Review.objects.get(change__drill=drill).ref)
    assert review is not None


def test_review_of_a_rehearsal_is_like_no_review_of_a_change(estate: Estate) -> None:
    drills.finished(estate)
    review = drills.ended(estate, drills.a_drill(estate))
    assert similar_reviews(estate.people["leila"], review) == []
