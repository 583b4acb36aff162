"""What a period would do, worked out before it is planned."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.calendar.models import Booking, Period
from apps.calendar.models.periods import FROZEN
from apps.calendar.rules import (
    ClockChange,
    clock_changes,
    comes_twice,
    in_hours,
    in_words,
    next_instances,
    span_from_local,
)
from apps.calendar.rules.horizon import AHEAD, worked_out
from apps.calendar.selectors import covered_components, planned_inside
from apps.calendar.services import PeriodPlan
from apps.core import clock
from apps.web.planning.marks import scope_words
from apps.web.planning.outcomes import CHOICES

NAMED = 6
"""Components that are named; the rest are counted."""
LEFT, RIGHT, TOP, HIGH = 10.0, 274.0, 20, 18
MOST_HOURS = 12
"""A longer time is told in words alone: its hours would be too narrow to read."""


@dataclass(frozen=True)
class Hour:
    """One hour of an instance on the clock on the wall: where it is drawn, and whether it is skipped or comes twice."""

    x: float
    width: float
    mark: str


@dataclass(frozen=True)
class Turn:
    """A change of the clocks, in words and, for a time of some hours, drawn."""

    title: str
    sentence: str
    hours: tuple[Hour, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    said: str = ""
    said_at: float = 0.0


@dataclass(frozen=True)
class Trial:
    """What a period would do: when it is, what the clocks do to it, what it covers, and what it catches."""

    words: str
    usual: str
    coming: tuple[datetime, ...]
    total: int | None
    over: bool
    twice: tuple[str, ...]
    turns: tuple[Turn, ...]
    covers: str
    covered: tuple[str, ...]
    count: int
    caught: list[Booking]
    frozen: bool = False

    @property
    def catches_for_good(self) -> bool:
        """Return whether what it catches must be given an outcome."""
        return self.frozen and bool(self.caught)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return what may become of what it catches."""
        return CHOICES

    @property
    def rest(self) -> int:
        """Return how many components are covered beside those that are named."""
        return self.count - len(self.covered)


def tried(plan: PeriodPlan) -> Trial:
    """Return what a plan would do. Raises Invalid at a time that its zone does not have."""
    now, recurrence = clock.now(), plan.recurrence
    times = worked_out(recurrence, now)
    ahead = [one for one in times if one[1] > now]
    covered = covered_components(plan.scope)
    # What still comes at the end of what is worked out has no end that could be counted to.
    endless = recurrence.repeats and bool(ahead) and ahead[-1][1] > now + AHEAD - timedelta(days=366)
    once = () if recurrence.repeats else (recurrence.local_start, recurrence.local_end)
    start, end = (datetime.fromisoformat(text) for text in (recurrence.local_start, recurrence.local_end))
    what = f"this {plan.kind.label.lower()}"
    return Trial(
        words=in_words(recurrence),
        usual=in_hours(end - start),
        coming=tuple(one.start for one in next_instances(recurrence, now, count=3))
        if recurrence.repeats
        else (),
        total=len(ahead) if recurrence.repeats and not endless else None,
        over=not ahead and span_from_local(start, end, recurrence.time_zone).end <= now,
        twice=tuple(text[11:] for text in once if comes_twice(text, recurrence.time_zone)),
        turns=tuple(_turn(change, what) for change in clock_changes(recurrence, now))
        if recurrence.repeats
        else (),
        covers=scope_words(Period(scope=plan.scope.document())),
        covered=tuple(str(component) for component in covered[:NAMED]),
        count=covered.count(),
        caught=planned_inside(plan.scope, times),
        frozen=plan.kind in FROZEN,
    )


def _turn(change: ClockChange, what: str) -> Turn:
    day = f"{change.before:%a} {change.before.day} {change.before:%B %Y}"
    title = f"{day}: {in_hours(change.lasts)}" if change.instance else day
    sentence = change.sentence(what)
    if change.instance is None or not change.inside or change.usual > timedelta(hours=MOST_HOURS):
        return Turn(title, sentence)
    start, end = (
        datetime.fromisoformat(text) for text in (change.instance.local_start, change.instance.local_end)
    )
    count = -(-(end - start) // timedelta(hours=1))
    width = (RIGHT - LEFT) / count
    clocks = [start + timedelta(hours=place) for place in range(count + 1)]
    odd = "off" if change.forward else "twice"
    hours = tuple(
        Hour(
            round(LEFT + place * width, 1),
            round(width, 1),
            odd if each < change.odd[1] and change.odd[0] < each + timedelta(hours=1) else "frz",
        )
        for place, each in enumerate(clocks[:-1])
    )
    marked = [hour.x + hour.width / 2 for hour in hours if hour.mark == odd]
    return Turn(
        title,
        sentence,
        hours,
        tuple((round(LEFT + place * width, 1), f"{min(each, end):%H}") for place, each in enumerate(clocks)),
        ("skipped" if change.forward else "twice") if marked else "",
        round(sum(marked) / len(marked), 1) if marked else 0.0,
    )
