"""Dispositions: what people decided about a conflict that stands."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.calendar.enums import DispositionEnd, DispositionSort
from apps.calendar.models.bookings import Booking
from apps.calendar.models.conflicts import Conflict
from apps.core.models import Stamped


class Disposition(Stamped):
    """What was decided about one conflict, by whom and why. It outlives the conflict's coming and going.

    Conflicts of the same two sides are settled as one: the others' rows are ``part_of`` the one that was asked about,
    say the same, and are granted and ended with it.
    ``second`` starts once ``first`` is done or given back. A waiver waits until it is signed (``granted_at``), and
    counts until ``until``; after that the conflict counts again, whatever this row says. A waiver or an exemption ends
    when the conflict becomes graver than it was when it was decided about (``judged``); while it is lighter it stays.
    """

    conflict = models.ForeignKey(Conflict, on_delete=models.PROTECT, related_name="dispositions")
    sort = models.CharField(max_length=10, choices=DispositionSort)
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    number = models.PositiveIntegerField(null=True, blank=True, help_text="Of a waiver: WVR-n.")
    first = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second = models.ForeignKey(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="goes_after"
    )
    until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    judged = models.JSONField(default=dict, help_text="The conflict as it was when this was decided.")
    compensating = models.TextField(blank=True, help_text="What is done instead, so that it is safe enough.")
    content = models.JSONField(default=dict, blank=True, help_text="What those who sign a waiver sign.")
    digest = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    granted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=12, choices=DispositionEnd, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["conflict"], condition=Q(ended_at=None), name="one_disposition_in_hand"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(part_of=None), name="one_waiver_of_a_number"
            ),
            models.CheckConstraint(
                name="after_names_both",
                condition=Q(sort="after", first__isnull=False, second__isnull=False) & ~Q(first=F("second"))
                | ~Q(sort="after") & Q(first=None, second=None),
            ),
            models.CheckConstraint(
                name="waiver_ends",
                condition=Q(sort="waiver", until__gt=F("made_at"), number__isnull=False)
                | ~Q(sort="waiver") & Q(until=None, number=None),
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(ended_at=None), name="dispositions_by_end"),
            models.Index(fields=["second"], condition=Q(ended_at=None), name="links_by_second"),
        ]

    def __str__(self) -> str:
        return self.ref or self.get_sort_display()

    @property
    def ref(self) -> str:
        """Return what people call a waiver; empty for the other sorts, which have no number."""
        return f"WVR-{self.number}" if self.number else ""

    def ledger_ref(self) -> tuple[str, str]:
        return "waiver", self.ref
