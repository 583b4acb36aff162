"""What a period would do, worked out before it is planned."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.calendar.enums import BookingState, PeriodKind
from apps.calendar.models import Booking, Period
from apps.calendar.models.periods import FROZEN, HOLDING
from apps.calendar.rules import Scope, comes_twice, in_hours, in_words, next_instances, span_from_local
from apps.calendar.rules.horizon import AHEAD, worked_out
from apps.calendar.selectors import answered_in, covered_components, kept_back_if, planned_inside
from apps.calendar.services import PeriodPlan
from apps.changes.models import Change
from apps.changes.selectors import signed_with_other_times
from apps.core import clock
from apps.web.planning.marks import scope_words
from apps.web.planning.period_words import WORDS
from apps.web.planning.turns import Turn, turns_of

NAMED = 6
"""Components that are named at once."""
LISTED = 500
"""Components that open on demand; the rest are counted."""


@dataclass(frozen=True)
class Trial:
    """What a period would do: when it is, what the clocks do to it, what it covers, and what it catches."""

    words: str
    lasts: str
    coming: tuple[datetime, ...]
    total: int | None
    over: bool
    twice: tuple[str, ...]
    turns: tuple[Turn, ...]
    covers: str
    covered: tuple[str, ...]
    count: int
    left_out: int
    kind: PeriodKind
    inside: list[Booking]
    kept: list[Booking]
    running: list[Booking]
    answered: int
    """Changes that it keeps back and of which something was said before."""
    asked_again: list[tuple[Change, int]]
    """Changes whose signatures name another time of it, and how many are asked again."""

    @property
    def holds(self) -> bool:
        """Return whether it can keep a change back."""
        return self.kind in HOLDING

    @property
    def window(self) -> bool:
        """Return whether it keeps back what lies outside it."""
        return self.kind == PeriodKind.MAINTENANCE

    @property
    def named(self) -> tuple[str, ...]:
        """Return the components that are named at once."""
        return self.covered[:NAMED]

    @property
    def rest(self) -> int:
        """Return how many components are covered beside those."""
        return self.count - len(self.named)

    @property
    def unlisted(self) -> int:
        """Return how many components are covered and not in the list."""
        return self.count - len(self.covered)


def tried(plan: PeriodPlan, instead_of: Period | None = None) -> Trial:
    """Return what a plan would do, or do instead of a period. Raises Invalid at a time that its zone does not have."""
    now, recurrence = clock.now(), plan.recurrence
    times = worked_out(recurrence, now)
    ahead = [one for one in times if one[1] > now]
    covered = covered_components(plan.scope)
    count = covered.count()
    # What still comes at the end of what is worked out has no end that could be counted to.
    endless = recurrence.repeats and bool(ahead) and ahead[-1][1] > now + AHEAD - timedelta(days=366)
    once = () if recurrence.repeats else (recurrence.local_start, recurrence.local_end)
    start, end = (datetime.fromisoformat(text) for text in (recurrence.local_start, recurrence.local_end))
    span = span_from_local(start, end, recurrence.time_zone)
    kept = kept_back_if(plan.kind, plan.scope, times, instead_of=instead_of)
    answered = answered_in(instead_of) if instead_of else set()
    return Trial(
        words=in_words(recurrence),
        lasts=f"Usually {in_hours(end - start)}."
        if recurrence.repeats
        else f"It lasts {in_hours(span.end - span.start)}.",
        coming=tuple(one.start for one in next_instances(recurrence, now, count=3))
        if recurrence.repeats
        else (),
        total=len(ahead) if recurrence.repeats and not endless else None,
        over=not ahead and span.end <= now,
        twice=tuple(text[11:] for text in once if comes_twice(text, recurrence.time_zone)),
        turns=turns_of(recurrence, f"this {WORDS[plan.kind].noun}", now),
        covers=scope_words(Period(scope=plan.scope.document())),
        covered=tuple(str(component) for component in covered[:LISTED]),
        count=count,
        left_out=covered_components(Scope(plan.scope.covers_all_of, {})).count() - count
        if plan.scope.leaves_out
        else 0,
        kind=plan.kind,
        inside=[] if plan.kind in HOLDING else planned_inside(plan.scope, times),
        kept=[one for one in kept if one.state == BookingState.PLANNED and one.pk not in answered],
        running=[one for one in kept if one.state == BookingState.UNDER_WAY and plan.kind in FROZEN],
        answered=sum(one.pk in answered for one in kept),
        asked_again=signed_with_other_times(instead_of, [one.pk for one in kept], times)
        if instead_of is not None and instead_of.frozen
        else [],
    )
