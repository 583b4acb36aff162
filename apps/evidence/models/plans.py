"""The versions of the plan of checks."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Stamped
from apps.evidence.enums import PlanState


class CheckPlan(Stamped):
    """A version of what the stages ask of the evidence. The document never changes; one version is in force.

    Version 1 is the one that the portal comes with, which asks for nothing; it has no row. Who signs a version is asked
    by an upper floor, which says how it ended.
    """

    number = models.PositiveIntegerField(unique=True)
    document: "models.JSONField[Any, Any]" = models.JSONField(
        help_text="What ``rules.checks.plan_from`` reads."
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 over the document's RFC 8785 JSON.")
    reason = models.TextField(help_text="Why it is proposed, in the author's words.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.PROPOSED)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When it was approved or given up.")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=PlanState.IN_FORCE), name="one_check_plan_in_force"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=PlanState.PROPOSED), name="one_check_plan_proposed"
            ),
            models.CheckConstraint(name="check_plan_after_the_first", condition=Q(number__gte=2)),
        ]

    def __str__(self) -> str:
        return f"Plan of checks, version {self.number}"

    @property
    def ref(self) -> str:
        return f"CHECKS-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "checks", self.ref
