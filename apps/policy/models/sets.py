"""The versions of the rules."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Stamped
from apps.policy.enums import SetState


class PolicySet(Stamped):
    """A version of the rules that judge changes. A draft is written on; from then on the document never changes.

    Version 1 is the one that the portal comes with (``rules.starter_set``); it has no row. A draft may hold what cannot
    be read yet; what is in force cannot.
    """

    number = models.PositiveIntegerField(unique=True)
    document: "models.JSONField[Any, Any]" = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over the document's RFC 8785 JSON.")
    reason = models.TextField(help_text="Why the rules should change, in the author's words.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        help_text="Whoever wrote any of it: none of them approves it.",
    )
    state = models.CharField(max_length=10, choices=SetState, default=SetState.DRAFT)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When it was published or taken back.")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=SetState.IN_FORCE), name="one_rules_in_force"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=SetState.DRAFT), name="one_rules_draft"
            ),
            models.CheckConstraint(name="rules_after_the_first", condition=Q(number__gte=2)),
        ]

    def __str__(self) -> str:
        return f"Rules, version {self.number}"

    @property
    def ref(self) -> str:
        return f"RULES-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "rules", self.ref
