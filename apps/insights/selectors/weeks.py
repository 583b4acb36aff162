"""A week as an executive reads it: what must be decided, what starts, what ended and how."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import WentAhead, changes_visible_to, went_ahead
from apps.core import clock
from apps.insights.rules.briefing import Briefing, Figure
from apps.insights.rules.week import Ended, headline, week_figures
from apps.insights.selectors.briefings import asked_of, briefing_for
from apps.reviews.enums import Outcome
from apps.reviews.models import Review
from apps.reviews.selectors import reviews_of

ROWS = 20
WEEK = timedelta(days=7)
NEVER_STARTS = (ChangeState.DRAFT, ChangeState.REJECTED, ChangeState.WITHDRAWN, ChangeState.EXPIRED)
_STILL_OPEN = Q(round__requirements__state=RequirementState.OPEN)
# What no row shows and what would make sorting slow.
_LONG = ("search", "revision__content")
AS_PLANNED = (Outcome.SUCCESSFUL, Outcome.WITH_ISSUES)


@dataclass(frozen=True)
class Week:
    """The briefing of one week, Monday to Sunday in the reader's zone. Lists hold at most ``ROWS``.

    ``top`` is the briefing of the first decision; ``asked`` is the reader's own requirement on it, if any.
    """

    monday: date
    headline: str
    figures: tuple[Figure, ...]
    decisions: list[Change]
    starting: list[Change]
    ended: list[Review]
    top: Briefing | None
    asked: Requirement | None
    ahead: list[WentAhead]
    """What was let go ahead and is not signed by everyone yet, now; and what of it somebody refused in the week."""

    @property
    def last_day(self) -> date:
        """Return the Sunday."""
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> date:
        """Return the Monday of the week before."""
        return self.monday - WEEK

    @property
    def after(self) -> date:
        """Return the Monday of the week after."""
        return self.monday + WEEK


def week_for(user: User, monday: date) -> Week:
    """Return the week that starts on ``monday``, as far as a person may see it; constant queries."""
    zone = ZoneInfo(user.time_zone)
    last, start, end = (_midnight(monday + weeks * WEEK, zone) for weeks in (-1, 0, 1))
    visible = changes_visible_to(user)
    undecided = _undecided(visible, start, end)
    starting, ended = _starting(visible, last, end), _ended(visible, last, end)
    shown = _soonest(undecided)
    first = shown[0] if shown else None
    number, overdue = _counted(undecided)
    started_now = Q(planned_start__gte=start)
    starts = starting.aggregate(now=Count("pk", filter=started_now), before=Count("pk", filter=~started_now))
    this_week, week_before = _tallies(ended, start)
    return Week(
        monday=monday,
        headline=headline(number, first.title if first else ""),
        figures=week_figures(
            decisions=number,
            overdue=overdue,
            starting=starts["now"],
            started_before=starts["before"],
            ended=this_week,
            ended_before=week_before,
        ),
        decisions=shown,
        starting=list(starting.filter(started_now).order_by("planned_start", "pk")[:ROWS]),
        ended=list(ended.filter(actual_end__gte=start).order_by("-actual_end", "pk")[:ROWS]),
        top=briefing_for(first) if first else None,
        asked=asked_of(user, first) if first else None,
        ahead=went_ahead(visible, (start, end)),
    )


def monday_of(day: date) -> date:
    """Return the Monday of the week that holds a day."""
    return day - timedelta(days=day.weekday())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _undecided(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Change]:
    """Return the changes with a signature due in the week. What is overdue belongs to the week we are in."""
    due = Q(due_at__lt=end)
    if not start <= clock.now() < end:
        due &= Q(due_at__gte=start)
    waiting = Requirement.objects.filter(due, state=RequirementState.OPEN)
    return visible.filter(state=ChangeState.IN_REVIEW, round__in=waiting.values("round"))


def _soonest(undecided: QuerySet[Change]) -> list[Change]:
    """Return the first of them, each with ``decide_by``, when its next signature is due."""
    dated = undecided.annotate(decide_by=Min("round__requirements__due_at", filter=_STILL_OPEN))
    return list(
        dated.select_related("requester", "revision", "round")
        .defer(*_LONG)
        .order_by("decide_by", "-risk", "pk")[:ROWS]
    )


def _counted(undecided: QuerySet[Change]) -> tuple[int, int]:
    """Return how many decisions there are, and how many of them are late."""
    late = _STILL_OPEN & Q(round__requirements__due_at__lt=clock.now())
    counted = undecided.aggregate(
        number=Count("pk", distinct=True), late=Count("pk", distinct=True, filter=late)
    )
    return counted["number"], counted["late"]


def _starting(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Change]:
    planned = visible.filter(planned_start__gte=start, planned_start__lt=end)
    return planned.exclude(state__in=NEVER_STARTS)


def _ended(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Review]:
    return reviews_of(visible).filter(actual_end__gte=start, actual_end__lt=end)


def _tallies(ended: QuerySet[Review], start: datetime) -> tuple[Ended, Ended]:
    """Return how many ended since ``start`` and before it, and how many of them as planned; one query."""
    now, well = Q(actual_end__gte=start), Q(outcome__in=AS_PLANNED)
    counted = ended.order_by().aggregate(
        now=Count("pk", filter=now),
        now_well=Count("pk", filter=now & well),
        before=Count("pk", filter=~now),
        before_well=Count("pk", filter=~now & well),
    )
    return Ended(counted["now_well"], counted["now"]), Ended(counted["before_well"], counted["before"])
