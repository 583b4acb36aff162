"""Each time the gate was asked, what it answered, and why."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.changes.models import Change, Revision
from apps.evidence.enums import Stage
from apps.gates.enums import Answer


class GateDecision(models.Model):
    """One question to the gate and its answer. It never changes. One about a draft is of no ``revision``.

    ``reasons`` is [{code, rule, says, remedy, url}], empty on a pass. ``checks`` is each check as it came out:
    [{check, component, state, measured, needed, evidence}]. ``attestation`` is the DSSE envelope of a pass, which
    counts until ``expires_at``. ``checks_version`` and ``checks_digest`` name the plan of checks that was applied, and
    ``rules_version`` the rules. ``rules`` is each of them as it came out: [{rule, outcome, reason}].
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="gate_decisions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage)
    environment = models.CharField(max_length=60, blank=True)
    component_key = models.CharField(max_length=200, blank=True, help_text="Whose artifact it is about.")
    artifact = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what is to go out, in hex.")
    answer = models.CharField(max_length=8, choices=Answer)
    reasons: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    checks: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    rules: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    checks_version = models.PositiveIntegerField()
    checks_digest = models.CharField(max_length=64)
    rules_version = models.PositiveIntegerField()
    attestation = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_with = models.CharField(max_length=12, blank=True, help_text="The token's prefix, when one asked.")
    idempotency_key = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["change", "-asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="gate_key_once_an_asker",
            ),
            models.CheckConstraint(
                name="gate_attests_a_pass_alone",
                condition=(Q(answer=Answer.PASS) & ~Q(attestation="") & Q(expires_at__isnull=False))
                | (~Q(answer=Answer.PASS) & Q(attestation="", expires_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.get_answer_display()}"

    @property
    def ref(self) -> str:
        return f"GATE-{self.pk}"

    def ledger_ref(self) -> tuple[str, str]:
        """A question about a change stands among that change's entries."""
        return self.change.ledger_ref()
