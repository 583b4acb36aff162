"""What was learned: by theme, what was changed because of it, and how often it made trouble before and after.

Counted are the changes whose review is signed. A change has trouble of a theme when it did not end well
(``TROUBLE``) and its review names a factor of that theme. What was changed counts from the UTC day on which the
first action that answers to such a factor was done.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.reviews.enums import Outcome, ReviewState, Theme
from apps.reviews.models import ActionItem, Factor, Review
from apps.reviews.rules import Rate, Told, rate_of, told_by
from apps.reviews.selectors.reading import reviews_visible_to

TROUBLE = (Outcome.WITH_ISSUES, Outcome.ROLLED_BACK, Outcome.FAILED)


@dataclass(frozen=True)
class Lesson:
    """A theme: how many changes had trouble of it, what was changed, and whether it helped.

    ``since`` is the day of the first of what was changed, None while nothing was; then there is no before and after.
    """

    theme: Theme
    trouble: int
    open_actions: int
    changed: list[ActionItem]
    since: date | None
    before: Rate | None
    after: Rate | None
    told: Told


@dataclass(frozen=True)
class Filters:
    """Which signed reviews are meant: with trouble of a theme, of changes that ended since a day or before one."""

    theme: str = ""
    since: date | None = None
    before: date | None = None


def counted_reviews(user: User, filters: Filters) -> QuerySet[Review]:
    """Return the signed reviews that a number on the page of lessons counts, the latest first."""
    rows = _signed(user)
    if filters.theme:
        named = Factor.objects.filter(review=OuterRef("pk"), theme=filters.theme, removed_at=None)
        rows = rows.filter(Exists(named), outcome__in=TROUBLE)
    if filters.since:
        rows = rows.filter(actual_end__gte=_begin(filters.since))
    if filters.before:
        rows = rows.filter(actual_end__lt=_begin(filters.before))
    return rows.order_by("-pk")


def lessons_for(user: User) -> list[Lesson]:
    """Return each theme that a signed review names or an action answers to, the most troublesome first.

    Five queries.
    """
    actions = _actions(user)
    since = {theme: _first_done(each) for theme, each in actions.items()}
    troubles, totals = _troubles(user, since), _totals(user, since)
    found = [
        _lesson(theme, actions.get(theme, []), since.get(theme), troubles.get(theme, _NONE), totals)
        for theme in Theme
        if theme in actions or theme in troubles
    ]
    return sorted(found, key=lambda one: (-one.trouble, one.theme.label))


_NONE = {"every": 0, "before": 0}


def _lesson(
    theme: Theme,
    actions: list[ActionItem],
    since: date | None,
    trouble: dict[str, int],
    totals: dict[str, int],
) -> Lesson:
    before = after = None
    told = Told.NOT_MEASURED
    if since is not None:
        ended = totals[f"before_{theme}"]
        before = rate_of(trouble["before"], ended)
        after = rate_of(trouble["every"] - trouble["before"], totals["every"] - ended)
        told = told_by(before, after)
    done = [one for one in actions if one.done_at is not None]
    return Lesson(theme, trouble["every"], len(actions) - len(done), done, since, before, after, told)


def _signed(user: User) -> QuerySet[Review]:
    return reviews_visible_to(user).filter(state=ReviewState.SIGNED, actual_end__isnull=False)


def _actions(user: User) -> dict[Theme, list[ActionItem]]:
    rows = ActionItem.objects.filter(
        review__in=_signed(user).order_by().values("pk"), factor__removed_at=None
    )
    rows = rows.exclude(factor=None).exclude(factor__theme="")
    found: dict[Theme, list[ActionItem]] = defaultdict(list)
    rows = rows.select_related("factor", "owner", "review__change").defer("review__change__search")
    for row in rows.order_by("done_at", "pk"):
        if row.factor is not None:
            found[Theme(row.factor.theme)].append(row)
    return dict(found)


def _first_done(actions: list[ActionItem]) -> date | None:
    done = [one.done_at for one in actions if one.done_at is not None]
    return min(done).astimezone(UTC).date() if done else None


def _troubles(user: User, since: dict[Theme, date | None]) -> dict[Theme, dict[str, int]]:
    """Return, for each theme, how many changes had trouble of it, and how many of them before it was acted on."""
    early = Q(pk=None)
    for theme, day in since.items():
        if day is not None:
            early |= Q(theme=theme, review__actual_end__lt=_begin(day))
    rows = Factor.objects.filter(
        review__in=_signed(user).filter(outcome__in=TROUBLE).order_by().values("pk"), removed_at=None
    ).exclude(theme="")
    counted = (
        rows.order_by()
        .values("theme")
        .annotate(every=Count("review", distinct=True), before=Count("review", distinct=True, filter=early))
    )
    return {Theme(row["theme"]): {"every": row["every"], "before": row["before"]} for row in counted}


def _totals(user: User, since: dict[Theme, date | None]) -> dict[str, int]:
    """Return how many signed reviews there are, and how many of changes that ended before each theme was acted on."""
    before = {
        f"before_{theme}": Count("pk", filter=Q(actual_end__lt=_begin(day)))
        for theme, day in since.items()
        if day is not None
    }
    found: dict[str, int] = _signed(user).order_by().aggregate(every=Count("pk"), **before)
    return found


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
