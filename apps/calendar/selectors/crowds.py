"""Too many plans at once: which they are."""

from apps.accounts.models import User
from apps.calendar.enums import ConflictKind
from apps.calendar.models import Booking, Conflict
from apps.calendar.rules.limits import counts
from apps.calendar.selectors.bookings import bookings_visible_to, live_between, plans_of
from apps.calendar.selectors.rulebook import rulebook_in_force


def crowd_of(user: User, row: Conflict) -> list[Booking]:
    """Return the other plans that a limit counts in the time of a conflict, as far as a person may see them.

    None for a conflict of another kind. Five queries at most.
    """
    if row.kind != ConflictKind.LIMIT:
        return []
    limits = [one for one in rulebook_in_force().limits if one.name == row.what]
    near = plans_of(live_between(row.start, row.end).exclude(pk=row.booking_id)) if limits else []
    counted = [plan.id for plan in near if any(counts(limit, plan) for limit in limits)]
    return list(bookings_visible_to(user).filter(pk__in=counted).order_by("start", "pk"))
