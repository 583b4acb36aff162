"""Going ahead before everyone has signed: who allowed it, for which incident, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.approvals.enums import AuthMethod, BreakGlassEnd
from apps.approvals.models.rounds import Round


class BreakGlass(models.Model):
    """One person's signature that let a round go ahead. Those passed over sign it afterwards, in the same round.

    ``entry`` is the number of the ledger's entry that holds the salted digests of reason and incident. Erasing
    empties both.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="break_glass")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    incident = models.CharField(max_length=500, blank=True, help_text="An http or https address.")
    entry = models.BigIntegerField(db_index=True)
    meaning = models.CharField(max_length=300)
    auth_method = models.CharField(max_length=10, choices=AuthMethod)
    at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="By when everyone passed over should have signed.")
    escalated_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, choices=BreakGlassEnd, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    attestation = models.TextField()
    attestation_digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["due_at"], condition=Q(end=""), name="break_glass_open")]

    def __str__(self) -> str:
        return f"{self.round}, let go ahead"
