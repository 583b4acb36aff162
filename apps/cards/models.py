"""Model cards: one per model version, in numbered editions."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.cards.enums import CardState
from apps.catalog.models import ComponentVersion
from apps.core.models import Stamped


class ModelCard(Stamped):
    """What a model version is, what it is for, and when it must be trained again.

    ``content`` maps the names of ``rules.fields`` to plain JSON; a field that nobody filled in may be absent. A value
    not measured is null, never 0.
    """

    number = models.PositiveIntegerField(unique=True)
    version = models.OneToOneField(ComponentVersion, on_delete=models.PROTECT, related_name="card")
    edition = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=CardState, default=CardState.DRAFT)
    content: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    sources: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict,
        blank=True,
        help_text="Field to where its value comes from: a list of {kind, ref}.",
    )
    given: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict,
        blank=True,
        help_text="Origin to field to what it gave last, to tell it from what a person wrote.",
    )
    validate_by = models.DateField(
        null=True, blank=True, help_text="By when its version is validated again, as the content says."
    )
    retrain_by = models.DateField(
        null=True, blank=True, help_text="The first day on which a schedule of the content makes it due."
    )

    reminded_of = models.CharField(
        max_length=20,
        blank=True,
        help_text="The day of which people were told last, and how near it was then.",
    )

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(
                fields=["validate_by"], condition=Q(validate_by__isnull=False), name="cards_to_validate"
            ),
            models.Index(
                fields=["retrain_by"], condition=Q(retrain_by__isnull=False), name="cards_to_retrain"
            ),
        ]

    def __str__(self) -> str:
        return f"Model card for {self.version}"

    @property
    def ref(self) -> str:
        return f"CARD-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "card", self.ref


class CardEdition(models.Model):
    """An edition of a card as it was written, and by whom; nobody when its records filled it in. It never changes.

    ``content`` is what the digest covers: {model, version, edition, fields, sources}. Editions from before the merged
    fields hold the fields of then alone.
    """

    card = models.ForeignKey(ModelCard, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    content: "models.JSONField[Any, Any]" = models.JSONField()
    digest = models.CharField(max_length=64)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["card", "number"], name="edition_once_a_card")]
