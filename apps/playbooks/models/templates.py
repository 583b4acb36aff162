"""Templates in versions, and the documents that people write with them."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Stamped
from apps.playbooks.enums import DocumentState, TemplateKind
from apps.playbooks.models.versioned import Version, Versioned


class Template(Versioned):
    """A kind of document and what it asks."""

    PREFIX = "TPL-"
    KIND = "template"

    kind = models.CharField(max_length=20, choices=TemplateKind)

    class Meta(Versioned.Meta):
        pass


class TemplateVersion(Version):
    """A template as it was written once. ``digest`` is SHA-256 over ``source``, in UTF-8.

    ``source`` is JSON Schema 2020-12 (https://json-schema.org/draft/2020-12), as far as a form can show all of it. It
    is kept as text, because the order of its properties is the order in which the form asks.
    """

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    source = models.TextField()

    class Meta(Version.Meta):
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once"),
        ]

    @property
    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = json.loads(self.source)
        return schema


class Document(Stamped):
    """Answers to what one version of a template asks. A finished document never changes.

    ``content`` of a draft may hold anything that was typed. ``edition`` counts its saves, so that two tabs do not
    write over each other. ``leftovers`` are answers that found no place when the draft moved to a newer version:
    [{"label", "text"}]. ``digest`` is SHA-256 over the RFC 8785 JSON of what was finished: see ``rules.statement``.
    """

    number = models.PositiveIntegerField(unique=True)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="documents")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(max_length=200)
    content: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    leftovers: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    edition = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=DocumentState, default=DocumentState.DRAFT)
    digest = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["author", "state", "-number"])]
        constraints = [
            models.CheckConstraint(
                name="document_finished_whole",
                condition=~Q(state=DocumentState.FINISHED) | (Q(finished_at__isnull=False) & ~Q(digest="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.title}"

    @property
    def ref(self) -> str:
        return f"DOC-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "document", self.ref
