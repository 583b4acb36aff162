"""Standard changes: what is done often and was approved once, in versions."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.approvals.models import Round
from apps.changes.enums import IN_HAND, StandardState
from apps.core.models import Stamped


class Standard(Stamped):
    """A template for standard changes. It is never deleted: it is retired with a reason, and keeps its versions."""

    number = models.PositiveIntegerField(unique=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_because = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"STD-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "standard", self.ref


class StandardVersion(Stamped):
    """A version of a template: what a change made from it does, and its bounds.

    Its author may write it until it is sent for approval; from then on it never changes. ``digest`` is SHA-256 over
    the content's RFC 8785 JSON.
    """

    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content: "models.JSONField[Any, Any]" = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.TextField(blank=True, help_text="Why it is proposed, in the author's words.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=StandardState, default=StandardState.DRAFT)
    round = models.OneToOneField(
        Round, on_delete=models.PROTECT, null=True, blank=True, related_name="standard_version"
    )
    settled_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was approved, rejected or taken back."
    )
    stopped_by = models.ForeignKey(
        "Change",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The change made from it that failed or was rolled back.",
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "number"], name="standard_version_once"),
            models.UniqueConstraint(
                fields=["standard"], condition=Q(state="in_force"), name="one_standard_in_force"
            ),
            models.UniqueConstraint(
                fields=["standard"], condition=Q(state__in=["draft", "proposed"]), name="one_standard_in_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standard.ref}, version {self.number}"

    @property
    def title(self) -> str:
        return str(self.content["title"])

    @property
    def is_in_hand(self) -> bool:
        """Return whether it is being written, or out for approval."""
        return self.state in IN_HAND
