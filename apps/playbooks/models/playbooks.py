"""Playbooks: what to do, written before it is needed. They live on in versions."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.core.models import Stamped
from apps.playbooks.enums import PlaybookState


class Playbook(Stamped):
    """What people do when something happens. What it says is in its versions; ``version`` is the one in force.

    ``places`` are where it is pointed out: a kind and a key, such as ``component:model:default/credit-risk``. Who knows
    the keys of a kind says so with ``selectors.serve_places``.
    """

    number = models.PositiveIntegerField(unique=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=PlaybookState, default=PlaybookState.ACTIVE)
    places = ArrayField(models.CharField(max_length=260), default=list, blank=True)
    retired_reason = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"PB-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "playbook", self.ref


class PlaybookVersion(models.Model):
    """A playbook as it was written once; it never changes.

    ``content`` holds what ``rules.playbooks.CONTENT`` names. ``digest`` is SHA-256 over its RFC 8785 JSON.
    """

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    content: "models.JSONField[Any, Any]" = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.TextField(blank=True, help_text="What is new, and why.")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="playbook_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"

    @property
    def roles(self) -> list[str]:
        """Return the roles that it is for."""
        return list(self.content["roles"])


class PlaybookReading(models.Model):
    """That a person says to have read a version. It never changes."""

    version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="readings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="playbook_version_read_once"),
        ]
