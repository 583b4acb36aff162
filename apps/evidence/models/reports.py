"""What machines sent: the file as it came, what it is about, and each of its results."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.catalog.models import Component, ComponentVersion
from apps.evidence.enums import Category, Format, Outcome, Severity, Stage

TEXT_LIMIT = 300
"""The longest text of a result that is kept; the file keeps all of it."""


class RawFile(models.Model):
    """A file as it came, kept once by the SHA-256 of its bytes. It never changes."""

    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField(help_text="In bytes.")
    content = models.BinaryField()


class Report(models.Model):
    """A file that a machine or a person sent about one version of a component, and what it comes to.

    ``measured_at`` is when the tool measured, as the file or its sender says; empty when neither did. ``received_at``
    is when it came in. ``champion`` is the version in use that it was compared with, which holds for that one alone.
    ``counts`` is {outcome: how many results}, ``topics`` {category: the metrics that it measures of it}, and ``passed``
    {category: how many results passed}. Nothing of it changes afterwards.
    """

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="reports")
    version = models.ForeignKey(ComponentVersion, on_delete=models.PROTECT, related_name="reports")
    artifact = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was measured, in hex.")
    stage = models.CharField(
        max_length=12, choices=Stage, blank=True, help_text="Blank: whichever asks for it."
    )
    file = models.ForeignKey(RawFile, on_delete=models.PROTECT, related_name="reports")
    file_name = models.CharField(max_length=120, blank=True)
    format = models.CharField(max_length=20, choices=Format)
    tool_version = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome)
    partial = models.CharField(max_length=TEXT_LIMIT, blank=True, help_text="What the file leaves out.")
    counts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    topics: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    passed: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    claims: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, help_text="What the file says whose it is."
    )
    lineage: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    champion = models.ForeignKey(
        ComponentVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source_url = models.URLField(
        max_length=500, blank=True, help_text="The run that measured; never fetched."
    )
    measured_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_with = models.CharField(max_length=12, blank=True, help_text="The token's prefix, when one sent it.")
    idempotency_key = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["version", "-received_at"]),
            models.Index(fields=["component", "-received_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["sent_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="evidence_key_once_a_sender",
            ),
            models.UniqueConstraint(
                fields=["version", "file", "artifact", "stage"], name="evidence_once_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.get_format_display()} for {self.version}"

    @property
    def ref(self) -> str:
        return f"EV-{self.pk}"

    def ledger_ref(self) -> tuple[str, str]:
        return "evidence", self.ref


class Result(models.Model):
    """One assertion of a report: what `rules.Finding` holds, in the order of the file.

    ``looked_at``: whoever judges looks at it (`rules.readings.looked_at`), and does not only count it.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="results")
    position = models.PositiveIntegerField()
    looked_at = models.BooleanField(default=False)
    assertion = models.CharField(max_length=200)
    outcome = models.CharField(max_length=12, choices=Outcome)
    category = models.CharField(max_length=12, choices=Category)
    severity = models.CharField(max_length=8, choices=Severity)
    subject = models.CharField(max_length=200, blank=True)
    column = models.CharField(max_length=120, blank=True)
    segment = models.CharField(max_length=120, blank=True)
    metric = models.CharField(max_length=80, blank=True)
    value = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    sample_size = models.BigIntegerField(null=True, blank=True)
    champion = models.FloatField(null=True, blank=True)
    champion_low = models.FloatField(null=True, blank=True)
    champion_high = models.FloatField(null=True, blank=True)
    expected = models.CharField(max_length=TEXT_LIMIT, blank=True)
    observed = models.CharField(max_length=TEXT_LIMIT, blank=True)
    message = models.CharField(max_length=TEXT_LIMIT, blank=True)

    class Meta:
        ordering = ["report", "position"]
        constraints = [models.UniqueConstraint(fields=["report", "position"], name="result_once_a_report")]
        # What is read of a large report: the rest of it is counted alone.
        indexes = [
            models.Index(fields=["report", "category"], condition=Q(looked_at=True), name="results_looked_at")
        ]
