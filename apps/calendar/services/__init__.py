"""Writing the calendar. Every write holds the calendar's lock, so that two plans cannot miss each other.

- ``book``, ``mark_under_way``, ``release_booking``: a window over components.
- ``declare_freeze``, ``lift_freeze``: a time in which a scope must not change.
- ``recheck``, ``recheck_all``, ``recheck_if_due``: find and clear conflicts.
- ``hold_calendar``: keep conflicts as they are until the transaction ends, to act on what was read.
- ``on_conflicts_changed``: be told, after the commit, whose conflicts changed.
"""

from apps.calendar.services.bookings import book, mark_under_way, release_booking
from apps.calendar.services.checking import recheck, recheck_all, recheck_if_due
from apps.calendar.services.freezes import declare_freeze, lift_freeze
from apps.calendar.services.listeners import on_conflicts_changed
from apps.calendar.services.locking import hold_calendar

__all__ = [
    "book",
    "declare_freeze",
    "hold_calendar",
    "lift_freeze",
    "mark_under_way",
    "on_conflicts_changed",
    "recheck",
    "recheck_all",
    "recheck_if_due",
    "release_booking",
]
