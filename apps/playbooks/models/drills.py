"""Drills: rehearsals of a playbook, timed."""

from typing import Any

from django.conf import settings
from django.db import models

from apps.catalog.models import Component
from apps.core.models import Stamped
from apps.playbooks.enums import DrillState
from apps.playbooks.models.playbooks import PlaybookVersion


class Drill(Stamped):
    """A rehearsal of a playbook. The change that it is rehearsed with holds the key to it (``Change.drill``).

    ``version`` is the one in force when the drill was planned, and from its start on the one in force then. ``targets``
    holds, by step (``DrillStep``), after how many minutes from the start it should be reached.
    """

    PREFIX = "DRL-"

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=DrillState, default=DrillState.PLANNED)
    version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="drills")
    purpose = models.TextField(help_text="What people should learn to do, or what is tried out.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_for = models.DateTimeField()
    components = models.ManyToManyField(Component, related_name="+")
    targets: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it finished or was cancelled.")
    cancelled_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["state", "-number"])]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"{self.PREFIX}{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "drill", self.ref
