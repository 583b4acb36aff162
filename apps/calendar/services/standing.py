"""Writing on bookings how they stand. Its callers hold the calendar's lock, and record what made the difference."""

from collections import defaultdict
from collections.abc import Collection

from apps.calendar.enums import Standing
from apps.calendar.models import Booking
from apps.calendar.selectors.standing import standings


def restand(booking_ids: Collection[int]) -> set[str]:
    """Write on each of these bookings how it stands by now; return the references of those that stood otherwise."""
    now = standings(booking_ids)
    moved: dict[Standing, list[int]] = defaultdict(list)
    refs: set[str] = set()
    for pk, ref, stood in Booking.objects.filter(pk__in=booking_ids).values_list("pk", "ref", "stands"):
        if stood != now[pk]:
            moved[now[pk]].append(pk)
            refs.add(ref)
    for standing, ids in moved.items():
        Booking.objects.filter(pk__in=ids).update(stands=standing)
    return refs
