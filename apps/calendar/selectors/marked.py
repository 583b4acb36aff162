"""The periods that a calendar marks, and how many there are, however often they come again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Window

from apps.accounts.models import User
from apps.calendar.models import Occurrence, Period
from apps.calendar.rules import Scope
from apps.calendar.selectors.bookings import parts_of
from apps.calendar.selectors.periods import fits, in_force, periods_visible_to, scope_of
from apps.catalog.models import Component

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
    ``where`` leaves out periods by their scope. One query; where anything is left out one for the periods, and one
    for what their scopes name.
    """
    meeting = in_force(Occurrence.objects.all(), start, end).order_by()
    meeting = meeting.filter(period__in=periods_visible_to(user))
    if team or kind or component or where:
        kept = _kept(user, meeting, team, kind, component, where)
        meeting = meeting.filter(period__in=[period.pk for period in kept])
    ranked = meeting.annotate(of_all=Window(Count("pk"))).select_related("period")
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
    periods = list(periods_visible_to(user).filter(pk__in=meeting.values("period")))
    scopes = {period.pk: scope_of(period) for period in periods}
    named = {key for scope in scopes.values() for key in scope.named("component")} if team or kind else set()
    ids = Component.objects.filter(key__in=named).values_list("pk", flat=True)
    known = {part.key: part for part in parts_of(ids).values()} if named else {}
    return [
        period
        for period in periods
        if fits(scopes[period.pk], team, kind, component, known)
        and (where is None or where(scopes[period.pk]))
    ]
