"""A week or a quarter as an executive reads it, of everything or of one portfolio."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import (
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
)

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.changes.enums import ChangeState
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import WentAhead, changes_visible_to, went_ahead
from apps.core import clock
from apps.insights.rules.covering import (
    Coming,
    Counts,
    Covered,
    First,
    Portfolio,
    build_period,
    is_about_one,
)
from apps.insights.rules.paging import Pages, pages_of
from apps.insights.rules.paper import Briefing
from apps.insights.rules.periods import Period
from apps.insights.selectors.briefings import asked_of, briefing_for
from apps.insights.selectors.portfolios import components_of
from apps.insights.selectors.totals import STILL_OPEN, Rows, totals_of
from apps.reviews.models import Review
from apps.reviews.selectors import reviews_of

NEVER_STARTS = (ChangeState.DRAFT, ChangeState.REJECTED, ChangeState.WITHDRAWN, ChangeState.EXPIRED)
# What no row shows and what would make sorting slow.
_LONG = ("search", "revision__content")


@dataclass(frozen=True)
class PeriodPage:
    """The briefing of a period with the records behind it. Lists hold a page each (``pages``).

    ``first`` is the decision that is due first; ``asked`` is the reader's own requirement on it, if any.
    """

    period: Period
    portfolio: Portfolio | None
    briefing: Briefing
    counts: Counts
    first: Change | None
    decisions: list[Change]
    starting: list[Change]
    ended: list[Review]
    pages: Pages
    asked: Requirement | None
    ahead: list[WentAhead]
    """What was let go ahead and is not signed by everyone yet, now; and what of it somebody refused in the period."""

    @property
    def about_first(self) -> bool:
        """Return whether it asks for the decision on one change, whose name then stands beside the question."""
        return self.counts.decisions == 1 or is_about_one(self.period, self.portfolio)


def period_for(
    user: User, period: Period, portfolio: Portfolio | None = None, turned_to: Mapping[str, int] | None = None
) -> PeriodPage:
    """Return a period, on the clock of the reader and as far as they may see it; constant queries.

    ``turned_to`` names the page of each list of records: ``decisions``, ``starting``, ``ended``.
    """
    zone = ZoneInfo(user.time_zone)
    last, start, end = (_midnight(day, zone) for day in (period.before.first, period.first, period.end))
    visible = _within(changes_visible_to(user), portfolio)
    undecided = _undecided(visible, start, end)
    starting, ended = _starting(visible, last, end), _ended(visible, last, end)
    totals = totals_of(user, Rows(undecided, starting, ended, start))
    pages = pages_of(totals.counts, turned_to or {})
    soonest = _soonest(undecided)
    decisions = list(soonest[pages.decisions.rows])
    first = next(iter(soonest[:1] if pages.decisions.before else decisions), None)
    starts_now = starting.filter(planned_start__gte=start)
    alone = first is not None and is_about_one(period, portfolio)
    covered = Covered(
        period=period,
        today=clock.now(),
        zone=zone,
        counts=totals.counts,
        coming=Coming() if alone else totals.coming(),
        portfolio=portfolio,
        first=_first(first) if first else None,
        waiting_since=totals.waiting_since,
    )
    return PeriodPage(
        period=period,
        portfolio=portfolio,
        briefing=build_period(covered, briefing_for(first) if first and alone else None),
        counts=totals.counts,
        first=first,
        decisions=decisions,
        starting=list(starts_now.order_by("planned_start", "pk").defer("search")[pages.starting.rows]),
        ended=list(ended.filter(actual_end__gte=start).order_by("-actual_end", "pk")[pages.ended.rows]),
        pages=pages,
        asked=asked_of(user, first) if first else None,
        ahead=went_ahead(visible, (start, end)),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _within(visible: QuerySet[Change], portfolio: Portfolio | None) -> QuerySet[Change]:
    """Return the changes that move something of a portfolio."""
    if portfolio is None:
        return visible
    moved = ChangeItem.objects.filter(change=OuterRef("pk"), component__in=components_of(portfolio))
    return visible.filter(Exists(moved))


def _undecided(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Change]:
    """Return the changes with a signature due in the period. What is overdue belongs to the one we are in."""
    due = Q(due_at__lt=end)
    if not start <= clock.now() < end:
        due &= Q(due_at__gte=start)
    waiting = Requirement.objects.filter(due, state=RequirementState.OPEN)
    return visible.filter(state=ChangeState.IN_REVIEW, round__in=waiting.values("round"))


def _soonest(undecided: QuerySet[Change]) -> QuerySet[Change]:
    """Return them, the first that is due first, each with ``decide_by``, when its next signature is due."""
    dated = undecided.annotate(decide_by=Min("round__requirements__due_at", filter=STILL_OPEN))
    whole = dated.select_related("requester", "revision", "round").defer(*_LONG)
    return whole.order_by("decide_by", "-risk", "pk")


def _first(change: Change) -> First:
    return First(change.ref, change.title, change.decide_by, change.cost_of_waiting)  # type: ignore[attr-defined]


def _starting(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Change]:
    planned = visible.filter(planned_start__gte=start, planned_start__lt=end)
    return planned.exclude(state__in=NEVER_STARTS)


def _ended(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Review]:
    return reviews_of(visible).filter(actual_end__gte=start, actual_end__lt=end)
