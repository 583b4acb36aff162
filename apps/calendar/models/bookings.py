"""Bookings: a window over components, with the people that it needs."""

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q

from apps.calendar.enums import LIVE, BookingState, Duty, Standing
from apps.calendar.models.windows import Window, during
from apps.catalog.models import Component


class Booking(Window):
    """A window over components, whoever made it. ``ref`` is what people call it: CHG-1042.

    ``change_class`` is what limits and freezes may ask for (standard, normal, urgent). ``ended_at`` is when a
    booking that is done really ended: the quiet time after it counts from there. ``stands`` is what its open conflicts
    and what settles them come to. Who writes those writes it too, so that a calendar of thousands counts no conflict.
    """

    ref = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=BookingState, default=BookingState.PLANNED)
    change_class = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stands = models.PositiveSmallIntegerField(choices=Standing, default=Standing.CLEAR)
    sequence = models.PositiveIntegerField(
        default=0, help_text="Rises when its time, title or state changes (RFC 5545, 3.8.7.4)."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="booking_ends_after_start", condition=Q(end__gt=F("start")))
        ]
        indexes = [
            GistIndex(during(), name="bookings_by_time"),
            models.Index(fields=["state"], condition=Q(stands=Standing.BLOCKED), name="bookings_blocked"),
            GistIndex(during(), condition=Q(state__in=LIVE), name="live_bookings_by_time"),
            models.Index(fields=["ended_at"], condition=Q(state="done"), name="done_bookings_by_end"),
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


class BookedPerson(models.Model):
    """A person whom a booking needs while it runs, and for what."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings")
    duty = models.CharField(max_length=10, choices=Duty)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking", "user", "duty"], name="booked_person_once")]
