"""Playbooks: what to do, written before it is needed. They live on in versions."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.playbooks.models.versioned import Version, Versioned


class Playbook(Versioned):
    """What people do when something happens.

    ``places`` are where it is pointed out: a kind and a key, such as ``component:model:default/credit-risk``. Who knows
    the keys of a kind says so with ``selectors.serve_places``.
    """

    PREFIX = "PB-"
    KIND = "playbook"

    places = ArrayField(models.CharField(max_length=260), default=list, blank=True)

    class Meta(Versioned.Meta):
        pass


class PlaybookVersion(Version):
    """A playbook as it was written once.

    ``content`` holds what ``rules.playbooks.CONTENT`` names. ``digest`` is SHA-256 over its RFC 8785 JSON.
    """

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    content: "models.JSONField[Any, Any]" = models.JSONField()

    class Meta(Version.Meta):
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="playbook_version_once"),
        ]

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
