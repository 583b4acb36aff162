"""Whether what was changed helped: rates, their intervals, and a count by another way."""

from datetime import UTC, date, datetime, timedelta
from math import isclose

import pytest
import time_machine
from django.db import connection

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.reviews.models import ActionItem, Review
from apps.reviews.rules import Told, hints_in, rate_of, told_by
from apps.reviews.selectors import Filters, counted_reviews, lessons_for
from tests.people import add_person
from tests.reviews.build import a_change, end

DAY = datetime(2026, 9, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_rate_has_the_interval_that_was_published(count: int, total: int, low: float, high: float) -> None:
    rate = rate_of(count, total)
    assert rate.low is not None
    assert rate.high is not None
    assert isclose(rate.low, low, abs_tol=5e-5)
    assert isclose(rate.high, high, abs_tol=5e-5)


def test_rate_of_nothing_is_not_measured_and_never_zero() -> None:
    assert (rate_of(0, 0).value, rate_of(0, 0).low) == (None, None)
    assert told_by(rate_of(3, 5), rate_of(0, 0)) == Told.NOT_MEASURED


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10: 56/70 and 48/80 differ by
        # 0.0524 to 0.3339; 9/10 and 3/10 by 0.1705 to 0.8090; 10/10 and 0/20 by 0.6791 to 1.
        ((56, 70), (48, 80), Told.FEWER),
        ((3, 10), (9, 10), Told.MORE),
        ((10, 10), (0, 20), Told.FEWER),
        ((6, 7), (2, 7), Told.FEWER),
        ((5, 56), (0, 29), Told.OPEN),
    ],
)
def test_difference_is_told_only_where_its_interval_leaves_out_none(
    before: tuple[int, int], after: tuple[int, int], told: Told
) -> None:
    assert told_by(rate_of(*before), rate_of(*after)) == told


def test_hints_name_the_sentence_and_another_way_and_leave_plain_ones_alone() -> None:
    found = hints_in("The bound held. Noor forgot to set the alias!", "Human error.\nThe limit should be 5.")
    assert [(one.sentence, one.words) for one in found] == [
        ("Noor forgot to set the alias!", "forgot to"),
        ("Human error.", "Human error"),
    ]
    assert all(one.instead for one in found)
    assert hints_in("Blameless reviews help.", "The fault was a segmentation fault", "", "…") == []


@pytest.fixture
def manager() -> User:
    with time_machine.travel(DAY - timedelta(days=100)):
        return add_person("leila", Role.CHANGE_MANAGER)


def ended(manager: User, at: datetime, outcome: str, *themes: str, signed: bool = True) -> Review:
    """Return the review of a change that ended at a time, which names these themes."""
    review = end(a_change(actual_end=at))
    for theme in themes:
        review.factors.create(theme=theme, text="So it was")
    Review.objects.filter(pk=review.pk).update(outcome=outcome, state="signed" if signed else "open")
    review.refresh_from_db()
    return review


def acted(manager: User, review: Review, at: datetime | None, theme: str = "data") -> ActionItem:
    """Add an action that answers to a factor of a theme, done at a time."""
    return ActionItem.objects.create(
        review=review,
        text="Do it",
        owner=manager,
        due_on=DAY.date(),
        factor=review.factors.get(theme=theme),
        done_at=at,
    )


def a_year(manager: User) -> None:
    for number in range(6):
        outcome = ("failed", "with_issues", "successful")[number % 3]
        ended(manager, DAY - timedelta(days=number + 1), outcome, "data", "tests")
    first = Review.objects.order_by("pk")[0]
    acted(manager, first, DAY + timedelta(days=2))
    acted(manager, first, DAY)
    acted(manager, first, None, "tests")
    for number in range(5):
        ended(manager, DAY + timedelta(days=number), "rolled_back" if number == 2 else "successful", "data")
    # On the day itself but before the action was done, that day counts as after; what is not signed does not count.
    ended(manager, DAY.replace(hour=1), "failed", "data")
    ended(manager, DAY, "failed", "data", signed=False)
    # A factor that was taken out counts no more.
    taken_back = ended(manager, DAY, "failed", "data").factors.get()
    taken_back.removed_at = DAY
    taken_back.save()


@pytest.mark.django_db
def test_lessons_equal_a_count_by_hand_and_lead_to_as_many_records(manager: User) -> None:
    a_year(manager)
    lessons = {str(one.theme): one for one in lessons_for(manager)}

    data, tests = lessons["data"], lessons["tests"]
    assert data.since == date(2026, 9, 1)
    assert data.before is not None
    assert data.after is not None
    assert ((data.before.count, data.before.total), (data.after.count, data.after.total)) == ((4, 6), (2, 7))
    assert data.trouble == 6
    assert (tests.since, tests.told, tests.open_actions, tests.trouble) == (None, Told.NOT_MEASURED, 1, 4)
    assert [len(one.changed) for one in (data, tests)] == [2, 0]

    def rows(**given: object) -> int:
        return counted_reviews(manager, Filters(**given)).count()  # type: ignore[arg-type]

    day = data.since
    assert rows(theme="data") == data.trouble
    assert (rows(theme="data", before=day), rows(before=day)) == (data.before.count, data.before.total)
    assert (rows(theme="data", since=day), rows(since=day)) == (data.after.count, data.after.total)
    assert (data.before.count, data.after.count) == counted_in_sql(day)


def counted_in_sql(day: date) -> tuple[int, int]:
    """Count the trouble of the theme “data” before and after a day, by a query of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE ended < %(day)s), count(*) FILTER (WHERE ended >= %(day)s) FROM (
                SELECT DISTINCT r.id, (r.actual_end AT TIME ZONE 'UTC')::date AS ended
                FROM reviews_review r JOIN reviews_factor f ON f.review_id = r.id
                WHERE f.theme = 'data' AND f.removed_at IS NULL AND r.state = 'signed'
                  AND r.outcome NOT IN ('', 'successful')
            ) troubles
            """,
            {"day": day},
        )
        before, after = cursor.fetchone()
    return before, after


@pytest.mark.django_db
@pytest.mark.parametrize("times", [1, 2])
def test_lessons_take_as_many_queries_for_many_as_for_few(
    manager: User, django_assert_num_queries, times: int
) -> None:
    for _ in range(times):
        a_year(manager)
    lessons_for(manager)
    with django_assert_num_queries(LESSONS_QUERIES):
        lessons_for(manager)


LESSONS_QUERIES = 3
