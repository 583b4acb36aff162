"""Bookings, periods, and the conflicts between them. Intervals are half-open: [start, end)."""

from apps.calendar.models.bookings import BookedComponent, BookedPerson, Booking
from apps.calendar.models.conflicts import Conflict, ConflictCheck
from apps.calendar.models.dispositions import Disposition
from apps.calendar.models.feeds import CalendarFeed
from apps.calendar.models.outcomes import FreezeOutcome
from apps.calendar.models.periods import Occurrence, OnCall, Period
from apps.calendar.models.rulebooks import Rulebook
from apps.calendar.models.windows import Window, during

__all__ = [
    "BookedComponent",
    "BookedPerson",
    "Booking",
    "CalendarFeed",
    "Conflict",
    "ConflictCheck",
    "Disposition",
    "FreezeOutcome",
    "Occurrence",
    "OnCall",
    "Period",
    "Rulebook",
    "Window",
    "during",
]
