"""Dry runs: what a draft of the rules would have decided on the changes of a year."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.changes.models import Change
from apps.gates.enums import RehearsalState
from apps.policy.enums import Overall, Way
from apps.policy.models import PolicySet


class Rehearsal(models.Model):
    """One dry run of a draft as it stood, beside the version in force, over the changes submitted in [since, until).

    It looks at what ``asked_by`` may see. ``total`` changes were there when it was asked for. ``begun`` counts how
    often a worker took a part of it up, so that one that kills its workers ends at last; ``moved_at`` is when the last
    part was done.
    """

    policy_set = models.ForeignKey(PolicySet, on_delete=models.PROTECT, related_name="+")
    document: "models.JSONField[Any, Any]" = models.JSONField(help_text="The draft as it stood.")
    digest = models.CharField(max_length=64)
    against = models.PositiveIntegerField(help_text="The number of the version in force then.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="When it was asked for.")
    state = models.CharField(max_length=10, choices=RehearsalState, default=RehearsalState.OPEN)
    total = models.PositiveIntegerField()
    begun = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "digest", "against"],
                condition=Q(state=RehearsalState.OPEN),
                name="one_dry_run_of_a_draft",
            ),
            models.CheckConstraint(
                name="dry_run_ends",
                condition=Q(state=RehearsalState.OPEN, finished_at=None)
                | ~Q(state=RehearsalState.OPEN) & Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} of {self.policy_set_id}"

    @property
    def ref(self) -> str:
        return f"DRY-{self.pk}"


class RehearsalPart(models.Model):
    """The changes from number ``first`` to ``last``, which one worker judges in one transaction."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="parts")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    done_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.PositiveIntegerField(default=0)
    stopped_by_both = models.PositiveIntegerField(default=0)
    let_through_by_both = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["first"]
        constraints = [
            models.UniqueConstraint(fields=["rehearsal", "first"], name="dry_run_part_once"),
        ]


class Rehearsed(models.Model):
    """A change that would have gone another way. ``because`` are the ids of the rules that make the difference."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="rows")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=12, choices=Way)
    was = models.CharField(max_length=12, choices=Overall)
    was_class = models.CharField(max_length=300, blank=True)
    was_band = models.CharField(max_length=20)
    now = models.CharField(max_length=12, choices=Overall)
    now_class = models.CharField(max_length=300, blank=True)
    now_band = models.CharField(max_length=20)
    because: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rehearsal", "change"], name="dry_run_change_once"),
        ]
        indexes = [models.Index(fields=["rehearsal", "way", "-change"], name="dry_run_by_way")]
