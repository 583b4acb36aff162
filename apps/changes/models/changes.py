"""A change, what it moves, what it promises, and each revision of it that was ever signed."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from apps.approvals.models import Round
from apps.calendar.models import Booking
from apps.catalog.models import Component, ComponentVersion
from apps.changes.enums import OPEN, REHEARSAL, ChangeClass, ChangeState, Direction, Harm, Likelihood
from apps.changes.models.standards import StandardVersion
from apps.core.models import Stamped
from apps.playbooks.models import Document, Drill


class Change(Stamped):
    """A proposal to move one or more components from one version to another, as one unit (DESIGN 1)."""

    is_as_submitted = False
    """Whether it was read for somebody who sees nothing of its edits (``selectors.frozen``); in memory alone."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=12, choices=ChangeState, default=ChangeState.DRAFT)
    change_class = models.CharField(max_length=10, choices=ChangeClass, default=ChangeClass.NORMAL)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="changes")

    standard = models.ForeignKey(
        StandardVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="changes",
        help_text="The version of a standard change that it was made from, whether it stayed within it or not.",
    )

    drill = models.OneToOneField(
        Drill,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="change",
        help_text="The drill that it rehearses. It is a rehearsal then: nothing goes out, and it counts nowhere.",
    )

    # Why
    title = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True, help_text="What changes, in plain words.")
    outcome = models.TextField(blank=True, help_text="What should be better afterwards, and for whom.")
    cost_of_waiting = models.TextField(blank=True)
    late_reason = models.TextField(
        blank=True, help_text="Why it comes later than the notice that its class asks for."
    )

    # When, as it was meant: local wall-clock in an IANA zone. UTC is derived when the zone and times are known.
    time_zone = models.CharField(max_length=64, default="Europe/London")
    local_start = models.CharField(max_length=16, blank=True, help_text="2026-11-19T06:00")
    local_end = models.CharField(max_length=16, blank=True)
    planned_start = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)
    actual_start = models.DateTimeField(null=True, blank=True)
    actual_end = models.DateTimeField(null=True, blank=True)
    first_submitted_at = models.DateTimeField(
        null=True, blank=True, help_text="When its first revision was submitted; empty until then."
    )
    reminded_for = models.DateTimeField(
        null=True, blank=True, help_text="The start of which people were told that it is near."
    )

    # How back
    rollback_plan = models.TextField(blank=True)
    rollback_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="How long going back takes."
    )

    risk = models.PositiveSmallIntegerField(default=2, help_text="1 low, 2 moderate, 3 high, 4 severe.")
    # The revision in force, the round over it, and the booking of its window; all empty until it is submitted.
    revision = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    round = models.OneToOneField(
        Round, on_delete=models.PROTECT, null=True, blank=True, related_name="change"
    )
    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="change"
    )
    search = SearchVectorField(null=True, editable=False)

    in_the_way: Any = None
    """What the calendar has in its way, when a page read it to show it; not a column. Who writes reads it anew
    (``locked``)."""

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["state", "-number"]),
            models.Index(fields=["requester", "-number"]),
            # With what the dashboards ask of what is planned.
            models.Index(
                fields=["planned_start"],
                include=["id", "state", "requester", "revision", "change_class", "booking", "drill"],
                name="changes_planned",
            ),
            # What went out, and what ended, in a period.
            models.Index(
                fields=["actual_start"], condition=Q(actual_start__isnull=False), name="changes_started"
            ),
            # With what the dashboards ask of what ended, so that counting years of it reads the index alone.
            models.Index(
                fields=["actual_end"],
                include=[
                    "id",
                    "state",
                    "requester",
                    "revision",
                    "change_class",
                    "risk",
                    "actual_start",
                    "first_submitted_at",
                ],
                condition=Q(actual_end__isnull=False, drill=None),
                name="changes_ended",
            ),  # fmt: skip
            # With what the tabs ask of an open change, so that counting them reads the index alone.
            models.Index(
                fields=["planned_start", "-number"],
                include=["state", "requester", "revision", "planned_end"],
                condition=Q(state__in=sorted(OPEN), drill=None),
                name="open_changes",
            ),
            GinIndex(fields=["search"]),
        ]
        constraints = [
            # So that whatever names it, a mail or a page, says so in words.
            models.CheckConstraint(
                name="rehearsal_is_called_one", condition=Q(drill=None) | Q(title__startswith=REHEARSAL)
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.title or 'Untitled draft'}"

    @property
    def ref(self) -> str:
        return f"CHG-{self.number}"

    @property
    def is_in_hand(self) -> bool:
        """Return whether this is a draft with its edits, and not what was submitted of it last."""
        return self.state == ChangeState.DRAFT and not self.is_as_submitted

    def ledger_ref(self) -> tuple[str, str]:
        return "change", self.ref


class ChangeItem(models.Model):
    """One component of a change with its from- and to-version. No from-version means it is new there."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="items")
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="change_items", db_index=False
    )
    from_version = models.ForeignKey(
        ComponentVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_version = models.ForeignKey(ComponentVersion, on_delete=models.PROTECT, related_name="+")
    difference = models.CharField(max_length=200, blank=True, help_text="What is different, in a few words.")

    class Meta:
        ordering = ["pk"]
        # Which changes move something of a team, kind or tier.
        indexes = [models.Index(fields=["component", "change"], name="items_of_component")]
        constraints = [
            models.UniqueConstraint(fields=["change", "component"], name="item_once_a_change"),
            models.CheckConstraint(
                name="item_version_moves",
                condition=Q(from_version=None) | ~Q(from_version=models.F("to_version")),
            ),
        ]


class SuccessMetric(models.Model):
    """A promise that can be measured: predicted ``target``, and the ``bound`` beyond which it is rolled back."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="success_metrics")
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.AT_LEAST)
    baseline = models.FloatField(
        null=True, blank=True, help_text="Today's value; blank when it is not measured."
    )
    target = models.FloatField()
    bound = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]


class RollbackCriterion(models.Model):
    """What, when it is seen, means go back."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="rollback_criteria")
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]


class RiskScenario(models.Model):
    """Something that could go wrong, how likely and how bad, and what is done about it (EU AI Act 9(2))."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="risk_scenarios")
    text = models.CharField(max_length=300)
    likelihood = models.CharField(max_length=10, choices=Likelihood, default=Likelihood.UNLIKELY)
    harm = models.CharField(max_length=10, choices=Harm, default=Harm.MODERATE)
    mitigation = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]


class PlanStep(models.Model):
    """A step of the plan, with who leads it, how long it takes and its own way back."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="plan_steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField(default=15)
    way_back = models.CharField(max_length=300, blank=True)
    after = models.ManyToManyField("self", symmetrical=False, related_name="before", blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "position"],
                name="one_step_a_position",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]


class ImpactNote(models.Model):
    """A person's correction of what was found: a hit ticked off with a reason, or a component added by hand."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="impact_notes")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    included = models.BooleanField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "component"], name="impact_note_once")]


class Revision(models.Model):
    """An immutable snapshot of a change's content. ``digest`` is SHA-256 over its RFC 8785 JSON.

    ``impact`` is what the blast radius was at submission: [{key, title, kind, tier, severity, depth, path}].
    It is part of ``content`` too, so that it is signed.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content: "models.JSONField[Any, Any]" = models.JSONField()
    digest = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    because = models.TextField(
        blank=True, default="", help_text="What moved, when the portal took the change up again by itself."
    )

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["change", "number"], name="revision_once_a_change")]


class Artifact(models.Model):
    """A document that belongs to a change (DESIGN 1). The change holds the key; the document knows nothing of it."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="artifacts")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["change", "document"], name="artifact_once_a_change")]


class WorldCheck(models.Model):
    """One row: when the open changes were last held against the world, at which graph and entry of the ledger."""

    graph_stamp = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    checked_at = models.DateTimeField()
