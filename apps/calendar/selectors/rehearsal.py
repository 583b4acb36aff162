"""What another rulebook would find, without writing any of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from apps.calendar.enums import LIVE, ConflictSeverity
from apps.calendar.models import Booking
from apps.calendar.rules import Identity, Plan, Rulebook, examine
from apps.calendar.selectors.bookings import plans_of
from apps.calendar.selectors.near import neighbourhood
from apps.calendar.selectors.rulebook import rulebook_in_force
from apps.core import clock

AHEAD = timedelta(days=90)
MOST = 300
"""Plans that are looked at, the soonest: so the page answers within seconds, however much is planned."""


@dataclass(frozen=True)
class Rehearsal:
    """How many conflicts would come and go, how many would begin or cease to block, and among how many plans."""

    come: int
    go: int
    block: int
    release: int
    plans: int
    whole: bool
    """Whether these are all plans of the time that is looked at."""


def rehearse(rulebook: Rulebook) -> Rehearsal:
    """Return what would differ under this rulebook among the plans of the next 90 days.

    Both rulebooks judge the same plans, so what is told comes from the rules alone. Nothing is stored.
    """
    now = clock.now()
    soon = Booking.objects.filter(state__in=LIVE, start__lt=now + AHEAD, end__gt=now)
    ids = list(soon.order_by("start", "pk").values_list("pk", flat=True)[: MOST + 1])
    focus = plans_of(Booking.objects.filter(pk__in=ids[:MOST]))
    before, after = _found(rulebook_in_force(), focus), _found(rulebook, focus)
    both = before.keys() & after.keys()
    return Rehearsal(
        len(after.keys() - before.keys()),
        len(before.keys() - after.keys()),
        sum(after[each] and not before[each] for each in both),
        sum(before[each] and not after[each] for each in both),
        len(focus),
        len(ids) <= MOST,
    )


def _found(rulebook: Rulebook, focus: Sequence[Plan]) -> Mapping[Identity, bool]:
    """Return each conflict of these plans, with whether it blocks."""
    if not focus:
        return {}
    mine = {plan.id for plan in focus}
    near = neighbourhood(rulebook, focus)
    return {
        each.identity: rulebook.severities[each.kind] == ConflictSeverity.BLOCKING
        for each in examine(near.around, near.plans, mine)
    }
