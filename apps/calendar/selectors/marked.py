"""The periods that a calendar marks, and how many there are, however often they come again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Window

from apps.accounts.models import User
from apps.calendar.models import Occurrence, Period
from apps.calendar.rules import Scope
from apps.calendar.selectors.periods import in_force, periods_kept, periods_visible_to, scope_of

MOST = 150
"""Instances that a calendar draws: more than a month has room for."""


def marked_between(
    user: User,
    start: datetime,
    end: datetime,
    *,
    team: str = "",
    kind: str = "",
    component: str = "",
    where: Callable[[Scope], bool] | None = None,
) -> tuple[list[Occurrence], int]:
    """Return the longest instances of periods in force that meet [start, end), in order of time, and how many meet it.

    At most ``MOST`` are returned. ``team``, ``kind`` and ``component`` leave out as ``periods_between`` does;
    ``where`` leaves out periods by their scope. One query, and one for the periods, each of which comes again;
    where anything is left out one more for the periods, and one for what their scopes name.
    """
    meeting = in_force(Occurrence.objects.all(), start, end).order_by()
    meeting = meeting.filter(period__in=periods_visible_to(user))
    if team or kind or component or where:
        kept = _kept(user, meeting, team, kind, component, where)
        meeting = meeting.filter(period__in=[period.pk for period in kept])
    ranked = meeting.annotate(of_all=Window(Count("pk"))).prefetch_related("period")
    rows: list[Any] = list(ranked.order_by((F("end") - F("start")).desc(), "start", "pk")[:MOST])
    rows.sort(key=lambda row: (row.start, row.end, row.period_id))
    return rows, rows[0].of_all if rows else 0


def _kept(
    user: User,
    meeting: QuerySet[Occurrence],
    team: str,
    kind: str,
    component: str,
    where: Callable[[Scope], bool] | None,
) -> list[Period]:
    periods = periods_visible_to(user).filter(pk__in=meeting.values("period"))
    kept = periods_kept(periods, team=team, kind=kind, component=component)
    return [period for period in kept if where is None or where(scope_of(period))]
