"""Conflicts that were found, and when everything was last checked."""

from django.db import models
from django.db.models import F, Q

from apps.calendar.enums import ConflictKind, ConflictSeverity
from apps.calendar.models.bookings import Booking
from apps.calendar.models.periods import Period
from apps.core.models import Stamped


class Conflict(Stamped):
    """Two plans that should not meet. One row serves both sides, so clearing one side clears the other.

    Its identity is (kind, first booking, other booking, period, what); a conflict that comes back is the same row.
    ``what`` names what two plans share that is no component: ``person:12``, ``pool:gpu-a``, a limit's name.
    [start, end) is the time in which the two meet.
    """

    kind = models.CharField(max_length=16, choices=ConflictKind)
    severity = models.CharField(max_length=10, choices=ConflictSeverity)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="conflicts")
    other = models.ForeignKey(
        Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="conflicts_with"
    )
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, null=True, blank=True, related_name="conflicts"
    )
    what = models.CharField(max_length=120, blank=True)
    start = models.DateTimeField()
    end = models.DateTimeField()
    path = models.JSONField(help_text="Component keys, from what one side moves to what the other moves.")
    forward = models.BooleanField(default=True, help_text="Whether the path starts at what `booking` moves.")
    found_at = models.DateTimeField()
    foreseen = models.BooleanField(
        default=False,
        help_text="Whether it was found as its plan was made or changed, not as the world around moved.",
    )
    checked_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "booking", "other", "period", "what"],
                name="conflict_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="conflict_has_one_other_side", condition=Q(other=None) | Q(period=None)
            ),
            models.CheckConstraint(
                name="conflict_in_order", condition=Q(other=None) | Q(booking__lt=F("other"))
            ),
        ]
        indexes = [
            models.Index(fields=["booking", "other"], condition=Q(cleared_at=None), name="open_conflicts"),
            # What a calendar counts by day is all in it, however many have cleared over the years.
            models.Index(
                fields=["start"],
                include=["end", "booking", "other", "severity", "id"],
                condition=Q(cleared_at=None) & ~Q(severity="notice"),
                name="marked_conflicts_by_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"


class ConflictCheck(models.Model):
    """One row: when all live bookings were last checked against each other, on which graph and by which rulebook.

    ``rulebook`` is the version that was in force when the check began; 0 is the portal's own.
    """

    graph_stamp = models.BigIntegerField()
    rulebook = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField()
