"""Post-implementation reviews, and the actions that come out of them."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import models

from apps.catalog.models import Component
from apps.changes.enums import Direction
from apps.changes.models import Change
from apps.core.models import Stamped
from apps.reviews.enums import Becomes, Felt, Outcome, ReviewState, Theme


class Review(Stamped):
    """What was predicted and what happened. It opens when a change ends; closing that needs it signed."""

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="review")
    state = models.CharField(max_length=8, choices=ReviewState, default=ReviewState.OPEN)
    due_at = models.DateTimeField(null=True, help_text="Null where a rule says that none is needed.")
    rule = models.CharField(
        max_length=60, blank=True, help_text="The rule that said so; empty where none did."
    )
    rules_version = models.PositiveIntegerField(null=True)
    planned_start = models.DateTimeField(null=True)
    planned_end = models.DateTimeField(null=True)
    actual_start = models.DateTimeField(null=True)
    actual_end = models.DateTimeField(null=True)
    services = models.PositiveIntegerField(default=0, help_text="How many services it moved or reaches.")
    reminded_at = models.DateTimeField(
        null=True, blank=True, help_text="When the requester was told it is due."
    )
    chased_at = models.DateTimeField(null=True, blank=True, help_text="When people were told it is overdue.")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    what_happened = models.TextField(blank=True)
    went_well = models.TextField(blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            # With what the dashboards ask of what fell due.
            models.Index(
                fields=["due_at"], include=["id", "change", "state", "signed_at"], name="reviews_fell_due"
            ),
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

    @property
    def is_needed(self) -> bool:
        """Return whether it is signed before its change is closed."""
        return self.due_at is not None

    @property
    def due(self) -> datetime:
        """Return by when one that is needed is to be signed."""
        assert self.due_at is not None
        return self.due_at

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


class Moment(Stamped):
    """What a person adds to the timeline of a change. One that is taken out stays, with ``removed_at``."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="moments")
    at = models.DateTimeField()
    what = models.CharField(max_length=500)
    who = models.CharField(max_length=120, blank=True, help_text="Who or which role acted.")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.what


class Factor(Stamped):
    """What made an outcome likely. One without a theme was written before themes were asked for."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="factors")
    theme = models.CharField(max_length=16, choices=Theme, blank=True)
    text = models.TextField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["theme", "review"], condition=models.Q(removed_at=None), name="factors_kept")
        ]

    def __str__(self) -> str:
        return self.text


class Feedback(Stamped):
    """What whoever answers for an affected service says of a change. Asked when its review opens.

    Any of ``asked`` may answer; nobody is in it where the service had no owner then.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="feedback")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    asked = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    felt = models.CharField(max_length=12, choices=Felt, blank=True)
    saw = models.TextField(blank=True)
    better = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "component"], name="feedback_once_a_part")]

    def __str__(self) -> str:
        return f"{self.component} on {self.review_id}"


class ActionItem(Stamped):
    """Something that will be done because of a review, by one person, by a day.

    ``becomes``, ``record`` and ``version`` name what it turned into, such as version 4 of STD-2.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="actions")
    factor = models.ForeignKey(
        Factor, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    becomes = models.CharField(max_length=10, choices=Becomes, blank=True)
    record = models.CharField(max_length=30, blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)
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
            models.Index(
                fields=["becomes", "record", "version"],
                condition=~models.Q(becomes=""),
                name="actions_behind",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="action_becomes_one_thing",
                condition=models.Q(becomes="", record="", version=None)
                | ~models.Q(becomes="") & ~models.Q(record="") & models.Q(version__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def due_at(self) -> datetime:
        """Return the end of its day in UTC: an action is due while its day lasts."""
        return datetime.combine(self.due_on + timedelta(days=1), time.min, tzinfo=UTC)
