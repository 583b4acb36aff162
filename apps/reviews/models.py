"""Post-implementation reviews, and the actions that come out of them."""

from django.conf import settings
from django.db import models

from apps.changes.enums import Direction
from apps.changes.models import Change
from apps.core.models import Stamped
from apps.reviews.enums import Outcome, ReviewState


class Review(Stamped):
    """What was predicted and what happened. It opens by itself when a change ends, and closing needs it signed."""

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="review")
    state = models.CharField(max_length=8, choices=ReviewState, default=ReviewState.OPEN)
    due_at = models.DateTimeField()
    planned_start = models.DateTimeField(null=True)
    planned_end = models.DateTimeField(null=True)
    actual_start = models.DateTimeField(null=True)
    actual_end = models.DateTimeField(null=True)
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
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"Review of {self.change.ref}"

    @property
    def ref(self) -> str:
        return f"PIR-{self.change.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "review", self.ref


class RealisedMetric(models.Model):
    """A success metric as it was predicted and as it turned out; ``realised`` is null when it was not measured."""

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

    class Meta:
        ordering = ["due_on", "pk"]
