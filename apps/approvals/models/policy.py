"""The versions of the approval policy."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.approvals.enums import PolicyState
from apps.approvals.models.rounds import Round
from apps.core.models import Stamped


class PolicyVersion(Stamped):
    """A version of the approval policy: rules that say who signs what. The document never changes.

    Version 1 is the one that the portal comes with (``rules.first_policy``); it has no row.
    """

    number = models.PositiveIntegerField(unique=True)
    document: "models.JSONField[Any, Any]" = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over the document's RFC 8785 JSON.")
    reason = models.TextField(help_text="Why it is proposed, in the author's words.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=PolicyState, default=PolicyState.PROPOSED)
    round = models.OneToOneField(
        Round, on_delete=models.PROTECT, null=True, blank=True, related_name="policy_version_of"
    )
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When it was approved or given up.")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=PolicyState.IN_FORCE), name="one_policy_in_force"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=PolicyState.PROPOSED), name="one_policy_proposed"
            ),
            models.CheckConstraint(name="policy_after_the_first", condition=Q(number__gte=2)),
        ]

    def __str__(self) -> str:
        return f"Approval policy, version {self.number}"

    @property
    def ref(self) -> str:
        return f"POLICY-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "policy", self.ref
