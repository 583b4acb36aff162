"""The calendar's rulebook, by version."""

from django.conf import settings
from django.db import models

from apps.core.models import Stamped


class Rulebook(Stamped):
    """One version of what the calendar counts as a conflict. The newest is in force; none is ever changed.

    ``document`` is what `rules.rulebook_from` reads.
    """

    version = models.PositiveIntegerField(unique=True)
    document = models.JSONField()
    reason = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"Calendar rules, version {self.version}"

    def ledger_ref(self) -> tuple[str, str]:
        return "calendar_rules", str(self.version)
