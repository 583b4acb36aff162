"""Waivers: signed exceptions from one rule, that end."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.core.models import Stamped
from apps.policy.enums import WaiverEnd


class RuleWaiver(Stamped):
    """An exception from one rule for one change or component. It counts from ``granted_at`` to before ``until``.

    ``scope`` is the reference of what it is for, as the floors above write it. What is signed never changes.
    """

    number = models.PositiveIntegerField(unique=True)
    rule = models.SlugField(max_length=60, help_text="The id of the rule or check.")
    scope = models.CharField(max_length=200)
    reason = models.TextField()
    compensating = models.TextField(help_text="What is done instead, so that it is safe enough.")
    until = models.DateTimeField()
    content: "models.JSONField[Any, Any]" = models.JSONField(help_text="What those who sign it sign.")
    digest = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was refused or taken back.")
    ended_because = models.CharField(max_length=10, choices=WaiverEnd, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(name="rule_waiver_ends", condition=Q(until__gt=F("asked_at"))),
            models.CheckConstraint(
                name="rule_waiver_ended_because",
                condition=Q(ended_at=None, ended_because="")
                | Q(ended_at__isnull=False) & ~Q(ended_because=""),
            ),
            models.UniqueConstraint(
                fields=["rule", "scope"],
                condition=Q(granted_at=None, ended_at=None),
                name="one_rule_waiver_asked",
            ),
        ]
        indexes = [models.Index(fields=["scope", "until"], name="rule_waivers_by_scope")]

    def __str__(self) -> str:
        return f"{self.ref}: {self.rule} for {self.scope}"

    @property
    def ref(self) -> str:
        """Return what people call it. Waivers of conflicts are WVR-n; these are of rules."""
        return f"RWV-{self.number}"

    @property
    def title(self) -> str:
        """Return what people called the rule or check when it was asked about."""
        return str(self.content["title"])

    def ledger_ref(self) -> tuple[str, str]:
        return "rule_waiver", self.ref
