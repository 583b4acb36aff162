"""What people are to be told of a change, and when."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.changes.enums import Audience, MessageTime
from apps.changes.models.changes import Change
from apps.core.models import Stamped


class PlannedMessage(Stamped):
    """A message of a communication plan: to whom, at which time of the change, in which words.

    ``sent_for`` is the moment that it was due when it was sent: when the window moves, what was said of the old one
    is due once more. ``told`` is to how many people it went. ``text`` is what its planner adds to what the change says.
    ``sent_as`` holds each sending as it went: ``plain`` and ``technical``, each with its ``text`` and how many were
    ``told`` in it, beside ``at`` and ``due``.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="messages")
    at = models.CharField(max_length=12, choices=MessageTime)
    audience = models.CharField(max_length=12, choices=Audience)
    text = models.TextField(blank=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_for = models.DateTimeField(null=True, blank=True)
    told = models.PositiveIntegerField(default=0)
    sent_as: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="message_sent_whole",
                condition=Q(sent_at=None, sent_for=None) | Q(sent_at__isnull=False, sent_for__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_at_display()} of {self.change_id}"
