"""Decisions that a person put off until a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.approvals.models.rounds import Requirement
from apps.core.models import Stamped


class Snooze(Stamped):
    """A person put a decision off until an instant: until then it leaves their inbox, and they get no reminder of it.

    It stops no clock, and everyone else sees it. ``woken_at`` is when it ended: they were told, or took it back.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="snoozes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    woken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["until", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "requirement"], condition=Q(woken_at=None), name="one_snooze_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["until"], condition=Q(woken_at=None), name="snoozes_to_wake")]

    def __str__(self) -> str:
        return f"{self.user}, until {self.until}"
