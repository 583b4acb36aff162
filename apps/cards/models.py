"""Model cards: one per model version, in numbered editions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.cards.enums import CardState
from apps.catalog.models import ComponentVersion
from apps.core.models import Stamped


class ModelCard(Stamped):
    """What a model version is, what it is for, and when it must be trained again.

    ``metrics`` is a list of {name, value, slice, low, high, source}; a value not measured is null, never 0.
    """

    number = models.PositiveIntegerField(unique=True)
    version = models.OneToOneField(ComponentVersion, on_delete=models.PROTECT, related_name="card")
    edition = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=CardState, default=CardState.DRAFT)
    overview = models.TextField(blank=True)
    intended_use = models.TextField(blank=True)
    prohibited_use = models.TextField(blank=True)
    limitations = models.TextField(blank=True)
    ethical_risks = models.TextField(blank=True)
    human_oversight = models.TextField(blank=True)
    training_data = models.TextField(blank=True)
    retraining_triggers = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    metrics = models.JSONField(default=list, blank=True)
    from_registry = models.JSONField(
        default=dict,
        blank=True,
        help_text="Field to the value that the registry gave last, to tell it from a person's.",
    )
    owners = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="model_cards", blank=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Model card for {self.version}"

    @property
    def ref(self) -> str:
        return f"CARD-{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return "card", self.ref


class CardEdition(models.Model):
    """An edition of a card as it was written, and by whom; nobody when the registry filled it in."""

    card = models.ForeignKey(ModelCard, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["card", "number"], name="edition_once_a_card")]
