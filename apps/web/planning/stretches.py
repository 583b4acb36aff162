"""A time that is marked on the calendar, as it is drawn: a freeze, a cooldown, a maintenance window."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from apps.accounts.models import User
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Occurrence
from apps.calendar.rules import Scope
from apps.calendar.selectors import Lane, marked_between, scope_of
from apps.web import dates
from apps.web.planning.marks import days_of, period_url, scope_words


@dataclass(frozen=True)
class Stretch:
    """A marked time [start, end). ``look`` is the class that shades it; ``covers`` says its ``scope`` in words."""

    name: str
    kind: str
    look: str
    icon: str
    url: str
    start: datetime
    end: datetime
    covers: str
    scope: Scope

    def days(self, zone: tzinfo) -> tuple[date, date]:
        """Return the first and the last day that it touches in a zone."""
        return days_of(self.start, self.end, zone)

    def until(self, zone: tzinfo) -> str:
        """Return its name with when it ends: the hour alone on its first day."""
        begins, ends = self.days(zone)
        last = dates.hour(self.end, zone) if begins == ends else dates.when(self.end, zone)
        return f"{self.name} until {last}"


LOOKS = {
    PeriodKind.FREEZE: ("hatch", "snowflake"),
    PeriodKind.BLACKOUT: ("hatch", "ban"),
    PeriodKind.COOLDOWN: ("hatch-cool", "moon-stars"),
    PeriodKind.MAINTENANCE: ("stretch", "calendar-time"),
    PeriodKind.RETRAINING: ("stretch", "refresh"),
    PeriodKind.EVENT: ("stretch", "calendar-event"),
    PeriodKind.ON_CALL: ("stretch", "user"),
}
"""How each kind is shaded, and its icon: hatched must not change, dotted should rest, plain is only said."""


def stretches_between(
    user: User,
    start: datetime,
    end: datetime,
    *,
    team: str = "",
    kind: str = "",
    component: str = "",
    where: Callable[[Scope], bool] | None = None,
) -> tuple[list[Stretch], int]:
    """Return the marked times that meet [start, end), in order of time, and how many meet it: of many, the longest."""
    rows, count = marked_between(user, start, end, team=team, kind=kind, component=component, where=where)
    covers = {row.period_id: (scope_words(row.period), scope_of(row.period)) for row in rows}
    return [_stretch(row, *covers[row.period_id]) for row in rows], count


def _stretch(time: Occurrence, covers: str, scope: Scope) -> Stretch:
    kind = PeriodKind(time.period.kind)
    look, icon = LOOKS[kind]
    url = period_url(time.period)
    return Stretch(time.period.name, kind.label, look, icon, url, time.start, time.end, covers, scope)


def is_over(scope: Scope, lane: Lane) -> bool:
    """Return whether a lane, or something in a team's lane, falls under a scope."""
    if lane.part is not None:
        return scope.covers(lane.part)
    return not scope.named("team") or lane.key in scope.named("team")
