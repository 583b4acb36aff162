"""A time that is marked on the calendar, as it is drawn: a freeze, a cooldown, a maintenance window."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from apps.accounts.models import User
from apps.calendar.enums import FreezeScope
from apps.calendar.models import Freeze
from apps.calendar.selectors import Lane, freezes_between, scope_of
from apps.web import dates
from apps.web.planning.marks import days_of, freeze_url, scope_words


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
        for each in freezes_between(user, start, end, team=team, kind=kind, component=component)
    ]


def _stretch(freeze: Freeze) -> Stretch:
    return Stretch(
        freeze.name,
        "Freeze",
        "hatch",
        "snowflake",
        freeze_url(freeze),
        freeze.start,
        freeze.end,
        scope_words(freeze),
        lambda lane: _over(freeze, lane),
    )


def _over(freeze: Freeze, lane: Lane) -> bool:
    if lane.part is not None:
        return scope_of(freeze).covers(lane.part)
    if freeze.scope == FreezeScope.COMPONENT and freeze.component is not None:
        return freeze.component.owner_team_id == lane.id
    return freeze.scope != FreezeScope.TEAM or freeze.team_id == lane.id
