"""Post-implementation reviews, and the actions that come out of them."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import models

from apps.changes.enums import Direction
from apps.changes.models import Change
from apps.core.models import Stamped
from apps.reviews.enums import Outcome, ReviewState


class Review(Stamped):
    """What was predicted and what happened. It opens when a change ends; closing that needs it signed."""

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="review")
    state = models.CharField(max_length=8, choices=ReviewState, default=ReviewState.OPEN)
    due_at = models.DateTimeField()
    planned_start = models.DateTimeField(null=True)
    planned_end = models.DateTimeField(null=True)
    actual_start = models.DateTimeField(null=True)
    actual_end = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(
        null=True, blank=True, help_text="When the requester was told it is due."
    )
    chased_at = models.DateTimeField(null=True, blank=True, help_text="When people were told it is overdue.")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    what_happened = models.TextField(blank=True)
    contributing_factors = models.TextField(blank=True)
    went_well = models.TextField(blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            # What went wrong lately, and what ended in a week.
            models.Index(fields=["outcome", "-actual_end"]),
            models.Index(fields=["-actual_end"]),
            models.Index(
                fields=["signed_at"], condition=models.Q(signed_at__isnull=False), name="reviews_signed"
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.change.ref}"

    @property
    def ref(self) -> str:
        return f"PIR-{self.change.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "review", self.ref


class RealisedMetric(models.Model):
    """A success metric as predicted and as it turned out; ``realised`` is null when it was not measured."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="metrics")
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=10, choices=Direction)
    baseline = models.FloatField(null=True, blank=True)
    target = models.FloatField()
    bound = models.FloatField(null=True, blank=True)
    realised = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]


class ActionItem(Stamped):
    """Something that will be done because of a review, by one person, by a day."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="action_items")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, help_text="When its owner was told it is due.")

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["owner", "due_on"], condition=models.Q(done_at=None), name="open_actions_of"
            ),
            models.Index(fields=["due_on"], condition=models.Q(done_at=None), name="open_actions_due"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def due_at(self) -> datetime:
        """Return the end of its day in UTC: an action is due while its day lasts."""
        return datetime.combine(self.due_on + timedelta(days=1), time.min, tzinfo=UTC)
