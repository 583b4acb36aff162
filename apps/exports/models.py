"""Exports that people asked for."""

from django.conf import settings
from django.db import models

from apps.exports.enums import ExportFormat, ExportState, ExportSubject


class ExportJob(models.Model):
    """An export of a period of days, both included, in UTC.

    ``order`` says all that was asked (``rules.orders``); the days, subject and form stand beside it to be shown.
    ``tree_size`` pins the checkpoint that it is written over, so that a second attempt gives the same file.
    ``attempts`` counts how often a worker began it, so that one that kills its workers ends at last.
    ``total`` is known once the writing has begun; ``done`` counts the records written so far. The file may be
    fetched until ``expires_at``.
    """

    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="exports"
    )
    start = models.DateField()
    end = models.DateField()
    subject = models.CharField(max_length=12, choices=ExportSubject, default=ExportSubject.ENTRIES)
    format = models.CharField(max_length=8, choices=ExportFormat, default=ExportFormat.BUNDLE)
    order = models.JSONField(default=dict)
    tree_size = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=500, default="")
    sha256 = models.CharField(max_length=64, default="")
    size = models.PositiveBigIntegerField(default=0)
    error = models.TextField(default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exports_job"
        indexes = [models.Index(fields=["requester", "-id"], name="exports_job_requester")]

    @property
    def ref(self) -> str:
        """Return the name by which pages and the ledger call it."""
        return f"EXP-{self.pk}"

    @property
    def percent(self) -> int:
        """Return how much is written, from 0 to 100."""
        if self.state == ExportState.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    def ledger_ref(self) -> tuple[str, str]:
        """Name this export in the ledger."""
        return "export", self.ref

    def __str__(self) -> str:
        return f"{self.ref} {self.start} to {self.end}"
