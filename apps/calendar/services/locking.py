"""One writer of the calendar at a time."""

from django.db import connection

KEY = 0x43414C  # any number that no other lock of the portal uses


def hold_calendar() -> None:
    """Wait for the calendar's lock and hold it until the transaction ends.

    Without it, two bookings made at the same moment would each be checked before the other can be seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY])
