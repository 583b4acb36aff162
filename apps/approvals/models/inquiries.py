"""Questions that a signer asks before they decide. While one is open, the clock of their requirement stands."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.approvals.enums import InquiryEnd
from apps.approvals.models.rounds import Requirement


class Inquiry(models.Model):
    """A request for information on one requirement: who asks whom, what, and what came of it.

    ``*_entry`` is the number of the ledger's entry that holds the salted digest of the text. Erasing empties a text.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="inquiries")
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(blank=True)
    question_entry = models.BigIntegerField(db_index=True)
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answer_entry = models.BigIntegerField(null=True, blank=True, db_index=True)
    end = models.CharField(max_length=10, choices=InquiryEnd, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "asker"], condition=Q(end=""), name="one_open_question_each"
            )
        ]
        indexes = [models.Index(fields=["asked"], condition=Q(end=""), name="open_questions_to")]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """Return what people call it."""
        return f"RFI-{self.pk}"
