"""A week or a quarter as an executive reads it, of everything or of one portfolio."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.catalog.selectors import graph
from apps.changes.enums import OPEN, ChangeState, Harm, Likelihood
from apps.changes.models import Change, ChangeItem, RiskScenario
from apps.changes.selectors import WentAhead, changes_visible_to, went_ahead
from apps.core import clock
from apps.insights.rules.covering import (
    Coming,
    Counts,
    Covered,
    Ended,
    First,
    Portfolio,
    Worst,
    build_period,
    is_about_one,
)
from apps.insights.rules.facts import Scenario
from apps.insights.rules.paging import Pages, pages_of
from apps.insights.rules.paper import Briefing
from apps.insights.rules.periods import Period
from apps.insights.selectors.briefings import asked_of, briefing_for
from apps.insights.selectors.portfolios import STEPS, components_of
from apps.reviews.enums import Outcome
from apps.reviews.models import Review
from apps.reviews.selectors import reviews_of

NEVER_STARTS = (ChangeState.DRAFT, ChangeState.REJECTED, ChangeState.WITHDRAWN, ChangeState.EXPIRED)
_STILL_OPEN = Q(round__requirements__state=RequirementState.OPEN)
# What no row shows and what would make sorting slow.
_LONG = ("search", "revision__content")
AS_PLANNED = (Outcome.SUCCESSFUL, Outcome.WITH_ISSUES)
# One more than is named, to say that there are more.
_NAMED = 30


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
    counts, waiting_since = _counts(undecided, starting, ended, start)
    pages = pages_of(counts, turned_to or {})
    soonest = _soonest(undecided)
    decisions = list(soonest[pages.decisions.rows])
    first = next(iter(soonest[:1] if pages.decisions.before else decisions), None)
    starts_now = starting.filter(planned_start__gte=start)
    alone = first is not None and is_about_one(period, portfolio)
    covered = Covered(
        period=period,
        today=clock.now(),
        zone=zone,
        counts=counts,
        coming=Coming() if alone else _coming(starts_now),
        portfolio=portfolio,
        first=_first(first) if first else None,
        waiting_since=waiting_since,
    )
    return PeriodPage(
        period=period,
        portfolio=portfolio,
        briefing=build_period(covered, briefing_for(first) if first and alone else None),
        counts=counts,
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
    dated = undecided.annotate(decide_by=Min("round__requirements__due_at", filter=_STILL_OPEN))
    whole = dated.select_related("requester", "revision", "round").defer(*_LONG)
    return whole.order_by("decide_by", "-risk", "pk")


def _first(change: Change) -> First:
    return First(change.ref, change.title, change.decide_by, change.cost_of_waiting)  # type: ignore[attr-defined]


def _starting(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Change]:
    planned = visible.filter(planned_start__gte=start, planned_start__lt=end)
    return planned.exclude(state__in=NEVER_STARTS)


def _ended(visible: QuerySet[Change], start: datetime, end: datetime) -> QuerySet[Review]:
    return reviews_of(visible).filter(actual_end__gte=start, actual_end__lt=end)


def _counts(
    undecided: QuerySet[Change], starting: QuerySet[Change], ended: QuerySet[Review], start: datetime
) -> tuple[Counts, datetime | None]:
    """Return what is counted, and since when the oldest open decision waits; three queries."""
    late = _STILL_OPEN & Q(round__requirements__due_at__lt=clock.now())
    open_ = undecided.aggregate(
        number=Count("pk", distinct=True),
        late=Count("pk", distinct=True, filter=late),
        since=Min("revision__submitted_at"),
    )
    now = Q(planned_start__gte=start)
    starts = starting.aggregate(now=Count("pk", filter=now), before=Count("pk", filter=~now))
    this, before = _tallies(ended, start)
    counts = Counts(open_["number"], open_["late"], starts["now"], starts["before"], this, before)
    return counts, open_["since"]


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


def _coming(starting: QuerySet[Change]) -> Coming:
    """Return what the changes that start are like, taken together; seven queries while the graph stays as it is."""
    items = ChangeItem.objects.filter(change__in=starting).order_by()
    kinds = items.values_list("component__kind").annotate(number=Count("component", distinct=True))
    owned = items.filter(component__owner_team__isnull=False)
    owners = owned.values_list("component__owner_team__name", flat=True).distinct()
    ahead = starting.filter(state__in=OPEN)
    back = ahead.order_by().aggregate(
        number=Count("pk"),
        slowest=Max("rollback_minutes"),
        untimed=Count("pk", filter=Q(rollback_minutes=None)),
    )
    return Coming(
        kinds=tuple(
            (ComponentKind(kind).label.lower(), number) for kind, number in kinds.order_by("component__kind")
        ),
        owners=tuple(owners.order_by("component__owner_team__name")[:_NAMED]),
        products=_products(items),
        ahead=back["number"],
        worst=_worst(ahead),
        slowest=back["slowest"],
        untimed=back["untimed"],
    )


def _products(items: QuerySet[ChangeItem]) -> tuple[str, ...]:
    """Return the products that these moves reach, or move themselves."""
    moved = set(items.values_list("component", flat=True).distinct())
    reached = moved | set(graph().reach(moved, depth=STEPS).ids)
    there = Component.objects.filter(kind=ComponentKind.PRODUCT, retired_at=None).order_by("title", "name")
    return tuple(str(product) for product in there if product.pk in reached)


def _weight(column: str, choices: type[Harm] | type[Likelihood]) -> Case:
    ranks = [When(**{column: value}, then=Value(rank)) for rank, value in enumerate(choices.values, 1)]
    return Case(*ranks, output_field=IntegerField())


def _worst(starting: QuerySet[Change]) -> Worst | None:
    weighed = RiskScenario.objects.filter(change__in=starting).annotate(
        weight=_weight("likelihood", Likelihood) * _weight("harm", Harm)
    )
    found = weighed.select_related("change").defer("change__search").order_by("-weight", "pk").first()
    if found is None:
        return None
    scenario = Scenario(found.text, found.likelihood, found.harm, found.mitigation)
    return Worst(found.change.title, scenario)
