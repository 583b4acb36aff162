"""The numbers of a period, and what the changes that start in it are like: one statement, whatever is asked.

Each is a row that the database counts by itself, read beside the others as JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, F, IntegerField, Max, Min, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.catalog.enums import ComponentKind
from apps.catalog.selectors import graph
from apps.changes.enums import OPEN, Harm, Likelihood
from apps.changes.models import Change, ChangeItem, RiskScenario
from apps.core import clock
from apps.insights.rules.covering import Coming, Counts, Ended, Worst
from apps.insights.rules.facts import Scenario
from apps.insights.selectors.portfolios import STEPS
from apps.reviews.enums import Outcome
from apps.reviews.models import Review

STILL_OPEN = Q(round__requirements__state=RequirementState.OPEN)
AS_PLANNED = (Outcome.SUCCESSFUL, Outcome.WITH_ISSUES)
# One more than is named, to say that there are more.
_NAMED = 30
_NOTHING: Mapping[str, Any] = {
    "undecided": {"number": 0, "late": 0, "since": None},
    "starts": {"now": 0, "before": 0, "ahead": 0, "slowest": None, "untimed": 0},
    "ended": {"now": 0, "now_well": 0, "before": 0, "before_well": 0},
    "moved": {"components": [], "owners": [], **dict.fromkeys(ComponentKind.values, 0)},
    "worst": None,
}
"""What is counted for who may see no change: Django leaves out a statement that can find nothing."""


@dataclass(frozen=True)
class Totals:
    """The numbers of a period, and since when its oldest open decision waits. ``found`` is what was counted."""

    counts: Counts
    waiting_since: datetime | None
    found: Mapping[str, Any]

    def coming(self) -> Coming:
        """Return what the changes that start are like, taken together; one query while the graph stays as it is."""
        return _coming(self.found["starts"], self.found["moved"], self.found["worst"])


@dataclass(frozen=True)
class Rows:
    """The rows that are counted: those of the period before ``start`` are in ``starting`` and ``ended`` too."""

    undecided: QuerySet[Change]
    starting: QuerySet[Change]
    ended: QuerySet[Review]
    start: datetime


def totals_of(user: User, rows: Rows) -> Totals:
    """Return the numbers of a period; one query."""
    asked = _counted(rows) | _taken_together(rows)
    told: Mapping[str, Any] = User.objects.filter(pk=user.pk).order_by().values(**asked)[0]
    found = {name: _NOTHING[name] if row is None else row for name, row in told.items()}
    undecided, starts, ended = (found[name] for name in ("undecided", "starts", "ended"))
    counts = Counts(
        decisions=undecided["number"],
        overdue=undecided["late"],
        starting=starts["now"],
        started_before=starts["before"],
        ended=Ended(ended["now_well"], ended["now"]),
        ended_before=Ended(ended["before_well"], ended["before"]),
    )
    since = undecided["since"]
    return Totals(counts, datetime.fromisoformat(since) if since else None, found)


def _one(rows: QuerySet[Any], **counted: Any) -> Subquery:
    """Return what is counted of some rows, or of none, as one JSON object."""
    whole = rows.order_by().annotate(whole=Value(1)).values("whole")
    return Subquery(whole.annotate(told=JSONObject(**counted)).values("told"))


def _counted(rows: Rows) -> dict[str, Subquery]:
    late = STILL_OPEN & Q(round__requirements__due_at__lt=clock.now())
    starts, ended, well = (
        Q(planned_start__gte=rows.start),
        Q(actual_end__gte=rows.start),
        Q(outcome__in=AS_PLANNED),
    )
    ahead = starts & Q(state__in=sorted(OPEN))
    return {
        "undecided": _one(
            rows.undecided,
            number=Count("pk", distinct=True),
            late=Count("pk", distinct=True, filter=late),
            since=Min("revision__submitted_at"),
        ),
        "starts": _one(
            rows.starting,
            now=Count("pk", filter=starts),
            before=Count("pk", filter=~starts),
            ahead=Count("pk", filter=ahead),
            slowest=Max("rollback_minutes", filter=ahead),
            untimed=Count("pk", filter=ahead & Q(rollback_minutes=None)),
        ),
        "ended": _one(
            rows.ended,
            now=Count("pk", filter=ended),
            now_well=Count("pk", filter=ended & well),
            before=Count("pk", filter=~ended),
            before_well=Count("pk", filter=~ended & well),
        ),
    }


def _taken_together(rows: Rows) -> dict[str, Subquery]:
    """Return what counts the components that move, by kind and owner, and finds the gravest risk that is not over."""
    starting = rows.starting.filter(planned_start__gte=rows.start).order_by()
    kinds = {
        kind.value: Count("component", distinct=True, filter=Q(component__kind=kind))
        for kind in ComponentKind
    }
    owner = "component__owner_team__name"
    moved = _one(
        ChangeItem.objects.filter(change__in=starting.values("pk")),
        components=ArrayAgg("component", distinct=True, default=[]),
        owners=ArrayAgg(owner, distinct=True, filter=Q(**{f"{owner}__isnull": False}), default=[]),
        **kinds,
    )
    weight = _weight("likelihood", Likelihood) * _weight("harm", Harm)
    ahead = starting.filter(state__in=OPEN).values("pk")
    graves = RiskScenario.objects.filter(change__in=ahead).order_by(weight.desc(), "-change__risk", "pk")
    said = {name: F(name) for name in ("text", "likelihood", "harm", "mitigation")}
    worst = graves.values(told=JSONObject(title=F("change__title"), **said))[:1]
    return {"moved": moved, "worst": Subquery(worst)}


def _weight(column: str, choices: type[Harm] | type[Likelihood]) -> Case:
    ranks = [When(**{column: value}, then=Value(rank)) for rank, value in enumerate(choices.values, 1)]
    return Case(*ranks, output_field=IntegerField())


def _coming(starts: Mapping[str, Any], moved: Mapping[str, Any], worst: Mapping[str, Any] | None) -> Coming:
    kinds = ((kind, moved[kind.value]) for kind in sorted(ComponentKind))
    grave = {name: value for name, value in (worst or {}).items() if name != "title"}
    return Coming(
        kinds=tuple((kind.label.lower(), number) for kind, number in kinds if number),
        owners=tuple(moved["owners"][:_NAMED]),
        products=_products(set(moved["components"])),
        ahead=starts["ahead"],
        worst=Worst(worst["title"], Scenario(**grave)) if worst else None,
        slowest=starts["slowest"],
        untimed=starts["untimed"],
    )


def _products(moved: set[int]) -> tuple[str, ...]:
    """Return the products that these components reach, or that are among them; one query."""
    known = graph()
    nodes = (known.nodes[pk] for pk in moved | set(known.reach(moved, depth=STEPS).ids) if pk in known.nodes)
    return tuple(sorted(node.label for node in nodes if node.kind == ComponentKind.PRODUCT))
