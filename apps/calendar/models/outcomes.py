"""What becomes of each change that a freeze fell on, or that a maintenance window left outside."""

from django.conf import settings
from django.db import models

from apps.calendar.enums import Outcome
from apps.calendar.models.bookings import Booking
from apps.calendar.models.periods import Period


class FreezeOutcome(models.Model):
    """What was said to become of a booking that was planned before a freeze fell on it.

    ``moves`` and ``exception`` keep it back; only an exemption, or a waiver that is signed, lets it go out.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="outcomes")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="freeze_outcomes")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.MOVES)
    reason = models.TextField(blank=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    said_at = models.DateTimeField()
    held_at = models.DateTimeField(
        null=True, blank=True, help_text="When its people were told to hold, because it was under way."
    )

    class Meta:
        ordering = ["booking__start", "pk"]
        constraints = [models.UniqueConstraint(fields=["period", "booking"], name="outcome_once")]

    def __str__(self) -> str:
        return f"{self.booking_id} in {self.period_id}: {self.outcome}"
