"""Each quarter, whoever holds a role says whether it is still theirs."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.accounts.models import RoleGrant
from apps.approvals.enums import OwnershipAnswer
from apps.core.models import Stamped


class OwnershipCheck(Stamped):
    """One question about one grant in one quarter: is this still yours?"""

    grant = models.ForeignKey(RoleGrant, on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=7, help_text="Such as 2026-Q4, in UTC.")
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=OwnershipAnswer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "quarter"], name="asked_once_a_quarter"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(answer=""), name="ownership_unanswered")]

    def __str__(self) -> str:
        return f"{self.grant}, {self.quarter}"

    def ledger_ref(self) -> tuple[str, str]:
        """It is a fact about who holds the role, so it stands among that person's entries."""
        return self.grant.ledger_ref()
