"""The periods that a calendar marks, and how many there are, however often they come again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Window

from apps.accounts.models import User
from apps.calendar.models import Occurrence
from apps.calendar.rules import Scope
from apps.calendar.selectors.bookings import parts_of
from apps.calendar.selectors.periods import fits, in_force, periods_visible_to, scope_of
from apps.catalog.models import Component

MOST = 400


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
    ``where`` leaves out periods by their scope. Two queries, and one for what a narrowed scope names.
    """
    meeting = in_force(Occurrence.objects.all(), start, end).order_by()
    periods = list(periods_visible_to(user).filter(pk__in=meeting.values("period")))
    scopes = {period.pk: scope_of(period) for period in periods}
    named = {key for scope in scopes.values() for key in scope.named("component")} if team or kind else set()
    ids = Component.objects.filter(key__in=named).values_list("pk", flat=True)
    known = {part.key: part for part in parts_of(ids).values()} if named else {}
    kept = {
        period.pk: period
        for period in periods
        if fits(scopes[period.pk], team, kind, component, known)
        and (where is None or where(scopes[period.pk]))
    }
    ranked = meeting.filter(period__in=list(kept)).annotate(of_all=Window(Count("pk")))
    rows: list[Any] = list(ranked.order_by((F("end") - F("start")).desc(), "start", "pk")[:MOST])
    for row in rows:
        row.period = kept[row.period_id]
    rows.sort(key=lambda row: (row.start, row.end, row.period_id))
    return rows, rows[0].of_all if rows else 0
