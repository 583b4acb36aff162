"""Bookings, freezes, and the conflicts between them. Intervals are half-open: [start, end)."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q

from apps.accounts.models import Team
from apps.calendar.enums import BookingState, ConflictKind, ConflictSeverity, FreezeScope
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.core.models import Stamped


def during() -> Func:
    """Return the range [start, end) of a window, as the index knows it."""
    return Func(F("start"), F("end"), function="tstzrange", output_field=DateTimeRangeField())


class Window(Stamped):
    """A time [start, end) in UTC, with the zone and wall-clock that the person meant (DESIGN 4.9)."""

    start = models.DateTimeField()
    end = models.DateTimeField()
    time_zone = models.CharField(max_length=64, help_text="IANA name.")
    local_start = models.CharField(max_length=16, help_text="Wall-clock as it was meant: 2026-11-19T06:00.")
    local_end = models.CharField(max_length=16)

    class Meta:
        abstract = True


class Booking(Window):
    """A window over components, whoever made it. ``ref`` is what people call it: CHG-1042."""

    ref = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=BookingState, default=BookingState.PLANNED)

    class Meta:
        constraints = [
            models.CheckConstraint(name="booking_ends_after_start", condition=Q(end__gt=F("start")))
        ]
        indexes = [
            GistIndex(during(), name="bookings_by_time"),
            GistIndex(during(), condition=~Q(state="released"), name="live_bookings_by_time"),
        ]

    def __str__(self) -> str:
        return self.ref

    def ledger_ref(self) -> tuple[str, str]:
        return "booking", self.ref


class BookedComponent(models.Model):
    """A component that a booking moves. What it reaches is derived from the graph, not stored."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="components")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="bookings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking", "component"], name="booked_once")]


class Freeze(Window):
    """A time in which a scope must not change, with its reason and who can lift it."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    reason = models.TextField()
    scope = models.CharField(max_length=12, choices=FreezeScope)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="freezes")
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, null=True, blank=True, related_name="freezes"
    )
    kind = models.CharField(max_length=12, choices=ComponentKind, blank=True)
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(name="freeze_ends_after_start", condition=Q(end__gt=F("start")))
        ]
        indexes = [GistIndex(during(), name="freezes_by_time")]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        return f"FRZ-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "freeze", self.ref


class Conflict(Stamped):
    """Two plans that should not meet. One row serves both sides, so clearing one side clears the other.

    Its identity is (kind, first booking, other booking or freeze); a conflict that comes back is the same row.
    """

    kind = models.CharField(max_length=16, choices=ConflictKind)
    severity = models.CharField(max_length=10, choices=ConflictSeverity)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="conflicts")
    other = models.ForeignKey(
        Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="conflicts_with"
    )
    freeze = models.ForeignKey(
        Freeze, on_delete=models.PROTECT, null=True, blank=True, related_name="conflicts"
    )
    path = models.JSONField(help_text="Component keys, from what one side moves to what the other moves.")
    forward = models.BooleanField(default=True, help_text="Whether the path starts at what `booking` moves.")
    found_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "booking", "other", "freeze"], name="conflict_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="conflict_has_one_other_side",
                condition=Q(other__isnull=False, freeze=None) | Q(other=None, freeze__isnull=False),
            ),
            models.CheckConstraint(
                name="conflict_in_order", condition=Q(other=None) | Q(booking__lt=F("other"))
            ),
        ]
        indexes = [
            models.Index(fields=["booking", "other"], condition=Q(cleared_at=None), name="open_conflicts")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"


class ConflictCheck(models.Model):
    """One row: when all live bookings were last checked against each other, and on which graph."""

    graph_stamp = models.BigIntegerField()
    checked_at = models.DateTimeField()
