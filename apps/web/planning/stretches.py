"""A time that is marked on the calendar, as it is drawn: a freeze, a cooldown, a maintenance window."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from apps.accounts.models import User
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Period
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

    @property
    def frozen(self) -> bool:
        """Return whether nothing that it covers may change in it."""
        return self.look == FROZEN

    def days(self, zone: tzinfo) -> tuple[date, date]:
        """Return the first and the last day that it touches in a zone."""
        return days_of(self.start, self.end, zone)

    def until(self, zone: tzinfo) -> str:
        """Return its name with when it ends: the hour alone on its first day."""
        lasts = self.lasts(zone)
        return f"{self.name}{' ' if lasts.startswith('until') else ', '}{lasts}"

    def lasts(self, zone: tzinfo) -> str:
        """Return "all day", or when it ends: the hour alone on its first day."""
        begins, ends = self.days(zone)
        if (dates.hour(self.start, zone), dates.hour(self.end, zone)) == ("00:00", "00:00"):
            return "all day" if begins == ends else f"until the end of {dates.day(ends)}"
        return f"until {dates.hour(self.end, zone) if begins == ends else dates.when(self.end, zone)}"


FROZEN = "hatch"
LOOKS = {
    PeriodKind.FREEZE: (FROZEN, "snowflake"),
    PeriodKind.BLACKOUT: (FROZEN, "ban"),
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
    # One period comes again and again: what is the same each time is worked out once.
    periods = {row.period_id: row.period for row in rows}
    first = {pk: _said(period) for pk, period in periods.items()}
    return [replace(first[row.period_id], start=row.start, end=row.end) for row in rows], count


@dataclass(frozen=True)
class Series:
    """A marked time as a list names it once, however often it comes again: its first time here, and how many more."""

    first: Stretch
    more: int


def series_of(stretches: Sequence[Stretch]) -> list[Series]:
    """Return marked times by what was planned, by their first time; what comes once stands before what repeats."""
    times: dict[str, list[Stretch]] = defaultdict(list)
    for each in stretches:
        times[each.url].append(each)
    found = [Series(each[0], len(each) - 1) for each in times.values()]
    return sorted(found, key=lambda series: (series.more > 0, series.first.start))


def _said(period: Period) -> Stretch:
    kind = PeriodKind(period.kind)
    look, icon = LOOKS[kind]
    covers, url = scope_words(period), period_url(period)
    return Stretch(
        period.name, kind.label, look, icon, url, period.start, period.end, covers, scope_of(period)
    )


def is_over(scope: Scope, lane: Lane) -> bool:
    """Return whether a lane, or something in a team's lane, falls under a scope."""
    if lane.part is not None:
        return scope.covers(lane.part)
    return not scope.named("team") or lane.key in scope.named("team")
