"""The versions of briefings that people write and sign."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Stamped
from apps.insights.enums import BriefingState


class BriefingVersion(Stamped):
    """A briefing as a person wrote it, with the facts that it rests on. What was signed never changes.

    ``about`` is a change (``CHG-1042``), a period (``2026-W46``, ``2026-Q4``), or a portfolio in one
    (``2026-Q4/team/lending``). ``edition`` counts the versions about the same.
    """

    number = models.PositiveIntegerField(unique=True)
    about = models.CharField(max_length=260, db_index=True)
    edition = models.PositiveIntegerField()
    document: "models.JSONField[Any, Any]" = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over the document's RFC 8785 JSON.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=BriefingState, default=BriefingState.DRAFT)
    hard_because = models.TextField(
        blank=True, help_text="Why it is published though it reads above the limit, in its writer's words."
    )
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When it was signed or given up.")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["about", "edition"], name="briefing_edition_once"),
            models.UniqueConstraint(
                fields=["about"], condition=Q(state=BriefingState.DRAFT), name="one_briefing_draft"
            ),
            models.UniqueConstraint(
                fields=["about"], condition=Q(state=BriefingState.SIGNED), name="one_briefing_signed"
            ),
        ]

    def __str__(self) -> str:
        return f"Briefing on {self.about}, version {self.edition}"

    @property
    def ref(self) -> str:
        return f"BRF-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "briefing", self.ref
