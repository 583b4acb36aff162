"""A time that is marked on the calendar, as it is drawn: a freeze, a cooldown, a maintenance window."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from apps.accounts.models import User
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Occurrence
from apps.calendar.rules import Scope
from apps.calendar.selectors import Lane, periods_between, scope_of
from apps.web import dates
from apps.web.planning.marks import days_of, period_url, scope_words


@dataclass(frozen=True)
class Stretch:
    """A marked time [start, end). ``look`` is the class that shades it; ``over`` says whether it is over a lane."""

    name: str
    kind: str
    look: str
    icon: str
    url: str
    start: datetime
    end: datetime
    covers: str
    over: Callable[[Lane], bool]

    def days(self, zone: tzinfo) -> tuple[date, date]:
        """Return the first and the last day that it touches in a zone."""
        return days_of(self.start, self.end, zone)

    def until(self, zone: tzinfo) -> str:
        """Return its name with when it ends: the hour alone on its first day."""
        begins, ends = self.days(zone)
        last = dates.hour(self.end, zone) if begins == ends else dates.when(self.end, zone)
        return f"{self.name} until {last}"


def stretches_between(
    user: User, start: datetime, end: datetime, *, team: str = "", kind: str = "", component: str = ""
) -> list[Stretch]:
    """Return the marked times that meet [start, end), in order of time."""
    return [
        _stretch(each)
        for each in periods_between(user, start, end, team=team, kind=kind, component=component)
    ]


LOOKS = {PeriodKind.COOLDOWN: "hatch-cool"}
"""How what is no freeze is shaded."""

ICONS = {
    PeriodKind.COOLDOWN: "moon",
    PeriodKind.MAINTENANCE: "tool",
    PeriodKind.RETRAINING: "refresh",
    PeriodKind.EVENT: "calendar-event",
    PeriodKind.ON_CALL: "user",
}


def _stretch(time: Occurrence) -> Stretch:
    kind = PeriodKind(time.period.kind)
    return Stretch(
        time.period.name,
        kind.label,
        LOOKS.get(kind, "hatch"),
        ICONS.get(kind, "snowflake"),
        period_url(time.period),
        time.start,
        time.end,
        scope_words(time.period),
        lambda lane: _over(scope_of(time.period), lane),
    )


def _over(scope: Scope, lane: Lane) -> bool:
    if lane.part is not None:
        return scope.covers(lane.part)
    return not scope.named("team") or lane.key in scope.named("team")
