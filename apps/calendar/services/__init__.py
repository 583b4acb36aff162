"""Writing the calendar. Every write holds the calendar's lock, so that two plans cannot miss each other.

- ``book``, ``go_as``, ``mark_under_way``, ``finish_booking``, ``release_booking``: a window over components.
- ``plan_period``, ``change_period``, ``skip_time``, ``lift_period``: times that mean something for the changes in them.
- ``import_periods``: what a calendar file says, once and again.
- ``recheck``, ``recheck_all``, ``recheck_if_due``, ``prove_conflicts``: find and clear conflicts.
- ``make_feed``, ``revoke_feed``, ``note_reading``: what other calendar programs read.
- ``link_after``, ``propose_waiver``, ``grant_waiver``, ``exempt_from_period``, ``end_disposition``: settle a conflict.
- ``say_outcome``, ``note_held``: what becomes of the changes that a freeze falls on.
- ``write_rulebook``: what counts as a conflict.
- ``hold_calendar``: keep conflicts as they are until the transaction ends, to act on what was read.
- ``on_conflicts_changed``: be told, after the commit, whose conflicts changed.
- ``on_disposition_ended``: be told, in its transaction, what ended that was decided about a conflict.
"""

from apps.calendar.services.bookings import (
    book,
    finish_booking,
    go_as,
    mark_under_way,
    need_people,
    release_booking,
)
from apps.calendar.services.checking import prove_conflicts, recheck, recheck_all, recheck_if_due
from apps.calendar.services.dispositions import (
    end_disposition,
    exempt_from_period,
    grant_waiver,
    link_after,
    propose_waiver,
)
from apps.calendar.services.feeds import make_feed, note_reading, revoke_feed
from apps.calendar.services.importing import import_periods
from apps.calendar.services.listeners import on_conflicts_changed, on_disposition_ended
from apps.calendar.services.locking import hold_calendar
from apps.calendar.services.outcomes import note_held, say_outcome
from apps.calendar.services.periods import (
    PeriodPlan,
    change_period,
    extend_periods,
    lift_period,
    plan_period,
    skip_time,
)
from apps.calendar.services.rulebook import write_rulebook

__all__ = [
    "PeriodPlan",
    "book",
    "change_period",
    "end_disposition",
    "exempt_from_period",
    "extend_periods",
    "finish_booking",
    "go_as",
    "grant_waiver",
    "hold_calendar",
    "import_periods",
    "lift_period",
    "make_feed",
    "link_after",
    "mark_under_way",
    "need_people",
    "note_held",
    "note_reading",
    "on_conflicts_changed",
    "on_disposition_ended",
    "plan_period",
    "propose_waiver",
    "prove_conflicts",
    "recheck",
    "recheck_all",
    "recheck_if_due",
    "release_booking",
    "revoke_feed",
    "say_outcome",
    "skip_time",
    "write_rulebook",
]
