"""Model cards as JSON."""

from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.selectors import usernames_of
from apps.api.serializers.rules import AskedRoleSerializer
from apps.cards.models import CardEdition, ModelCard
from apps.cards.rules import FIELDS, SECTIONS, WRITTEN, CardField, Column, Completeness, Keeper, Kind
from apps.cards.selectors import (
    RETRAIN,
    VALIDATE,
    completeness_of,
    content_of,
    fields_of,
    triggers_on,
)
from apps.gates.selectors import CARD, asked_over
from apps.insights.selectors.card_history import History, Touch


def _column(column: Column) -> serializers.Field[Any, Any, Any, Any]:
    if column.kind is Kind.NUMBER:
        return serializers.FloatField(allow_null=True, help_text=column.label)
    if column.kind is Kind.COUNT:
        return serializers.IntegerField(allow_null=True, help_text=column.label)
    if column.kind is Kind.LIST:
        return serializers.ListField(child=serializers.CharField(), help_text=column.label)
    return serializers.CharField(allow_blank=True, help_text=column.label)


def _field(field: CardField) -> serializers.Field[Any, Any, Any, Any]:
    if field.kind in (Kind.ROWS, Kind.METRICS):
        row = type(
            f"Card{field.name.title().replace('_', '')}Serializer",
            (serializers.Serializer,),
            {column.name: _column(column) for column in field.columns},
        )
        return row(many=True, required=False, help_text=field.ask)
    if field.kind is Kind.LIST:
        return serializers.ListField(child=serializers.CharField(), required=False, help_text=field.ask)
    if field.kind is Kind.PEOPLE:
        people = serializers.IntegerField()
        return serializers.ListField(child=people, required=False, help_text=f"{field.ask} Their numbers.")
    return serializers.CharField(allow_blank=True, required=False, help_text=field.ask)


CardContentSerializer = type(
    "CardContentSerializer", (serializers.Serializer,), {field.name: _field(field) for field in WRITTEN}
)
"""What a card says, by field (``apps/cards/rules/fields.py``)."""


CardRecordsSerializer = type(
    "CardRecordsSerializer",
    (serializers.Serializer,),
    {field.name: _field(field) for field in FIELDS if field.keeper is Keeper.PORTAL},
)
"""What the portal itself says on a card, from its records: nobody writes it."""


class CardSourceSerializer(serializers.Serializer[Any]):
    """Where a value comes from."""

    kind = serializers.CharField(help_text="person, registry, lineage, evidence or file")
    ref = serializers.CharField(
        help_text="A person's number, a run, a component, evidence, or a file's name."
    )
    edition = serializers.CharField(required=False, help_text="The edition that brought it.")


class MissingFieldSerializer(serializers.Serializer[CardField]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    section = serializers.ChoiceField(choices=list(SECTIONS.items()))
    ask = serializers.CharField()


class CompletenessSerializer(serializers.Serializer[Completeness]):
    """What a card lacks, and what of that a model of its tier needs before it can be approved."""

    tier = serializers.IntegerField()
    total = serializers.IntegerField()
    filled = serializers.SerializerMethodField()
    needed = MissingFieldSerializer(many=True)
    missing = MissingFieldSerializer(many=True)

    def get_filled(self, lacks: Completeness) -> int:
        return len(lacks.filled)


class CardSerializer(serializers.ModelSerializer[ModelCard]):
    component = serializers.CharField(source="version.component.key", read_only=True)
    version = serializers.CharField(source="version.version", read_only=True)
    tier = serializers.IntegerField(source="version.component.tier", read_only=True)
    owners = serializers.SerializerMethodField(help_text="Their user names.")
    complete = serializers.SerializerMethodField(
        help_text="Whether it holds all that a model of its tier needs."
    )

    class Meta:
        model = ModelCard
        fields = [
            "ref", "component", "version", "tier", "edition", "state", "owners", "complete", "validate_by",
            "retrain_by",
        ]  # fmt: skip

    def get_owners(self, card: ModelCard) -> list[str]:
        return [self._names[pk] for pk in card.content.get("owners", []) if pk in self._names]

    @cached_property
    def _names(self) -> dict[int, str]:
        """Return the user names of the owners of all cards of an answer, in one query."""
        shown = self.parent.instance if self.parent is not None else [self.instance]
        return usernames_of({pk for card in shown or [] if card for pk in card.content.get("owners", [])})

    def get_complete(self, card: ModelCard) -> bool:
        return not completeness_of(card).needed


class TriggerSerializer(serializers.Serializer[Any]):
    """What makes a version due for training. ``value`` and ``reached`` are null where nothing was measured."""

    kind = serializers.CharField(help_text="schedule, drift, performance, regulation or event")
    rule = serializers.CharField()
    due = serializers.DateField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    reached = serializers.BooleanField(allow_null=True)


class DueSerializer(serializers.Serializer[Any]):
    """A version in use, and what it is due for on which day."""

    card = serializers.CharField(source="card.ref")
    component = serializers.CharField(source="card.version.component.key")
    version = serializers.CharField(source="card.version.version")
    what = serializers.ChoiceField([VALIDATE, RETRAIN])
    day = serializers.DateField()


class DueQuerySerializer(serializers.Serializer[Any]):
    first = serializers.DateField(help_text="The first day.")
    last = serializers.DateField(help_text="The last day; it counts.")


class TouchSerializer(serializers.Serializer[Touch]):
    """A change that moved to or from a version; ``incident`` says that it was undone or failed."""

    change = serializers.CharField(source="change.ref")
    title = serializers.CharField(source="change.title")
    state = serializers.CharField(source="change.state")
    incident = serializers.BooleanField()
    review = serializers.CharField(source="review.ref", allow_null=True, default=None)


class CardHistorySerializer(serializers.Serializer[History]):
    """Where the model is in production, and what touched this version."""

    version = serializers.CharField(source="production.version.version", allow_null=True, default=None)
    since = serializers.DateTimeField(source="production.since", allow_null=True)
    change = serializers.CharField(source="production.change.ref", allow_null=True, default=None)
    consumers = serializers.SerializerMethodField()
    touches = TouchSerializer(many=True)

    def get_consumers(self, history: History) -> list[str]:
        return [one.key for one in history.production.consumers]


class CardDetailSerializer(CardSerializer):
    content = serializers.SerializerMethodField()
    sources = serializers.DictField(child=CardSourceSerializer(many=True), read_only=True)
    completeness = serializers.SerializerMethodField()
    retraining = serializers.SerializerMethodField(help_text="What makes it due, and how each stands.")
    asked = serializers.SerializerMethodField(help_text="Who was asked last to sign it.")

    class Meta(CardSerializer.Meta):
        fields = [*CardSerializer.Meta.fields, "content", "sources", "completeness", "retraining", "asked"]

    @extend_schema_field(CardContentSerializer)
    def get_content(self, card: ModelCard) -> dict[str, Any]:
        return {field.name: content_of(card)[field.name] for field in WRITTEN}

    @extend_schema_field(CompletenessSerializer)
    def get_completeness(self, card: ModelCard) -> dict[str, Any]:
        return dict(CompletenessSerializer(completeness_of(card)).data)

    @extend_schema_field(TriggerSerializer(many=True))
    def get_retraining(self, card: ModelCard) -> list[Any]:
        return list(TriggerSerializer(triggers_on(card), many=True).data)

    @extend_schema_field(AskedRoleSerializer(many=True))
    def get_asked(self, card: ModelCard) -> list[Any]:
        return list(AskedRoleSerializer(asked_over(CARD, card.ref), many=True).data)


class CardEditSerializer(serializers.Serializer[Any]):
    """A new edition. ``edition`` is the one that was read: another since is refused."""

    edition = serializers.IntegerField(required=False, min_value=1)
    content = serializers.DictField(
        help_text="The fields to change, by name, in the shapes of a card's content. Others stay."
    )


class CardEditionSerializer(serializers.ModelSerializer[CardEdition]):
    content = serializers.SerializerMethodField()
    written_by = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = CardEdition
        fields = ["number", "digest", "written_by", "written_at", "content"]

    @extend_schema_field(CardContentSerializer)
    def get_content(self, edition: CardEdition) -> dict[str, Any]:
        return fields_of(edition)


class MetricDifferenceSerializer(serializers.Serializer[Any]):
    """One metric on two cards; null where it was not measured."""

    name = serializers.CharField()
    slice = serializers.CharField()
    measured = serializers.CharField(help_text="Dataset, split and task, where they are known.")
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(allow_null=True)
    clear = serializers.BooleanField(allow_null=True, help_text="Whether the two intervals do not meet.")


class FieldDifferenceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="field.name")
    before = serializers.JSONField()
    after = serializers.JSONField()


class ComparisonSerializer(serializers.Serializer[Any]):
    """Two cards of one model, metric by metric and field by field."""

    before = serializers.CharField()
    after = serializers.CharField()
    metrics = MetricDifferenceSerializer(many=True)
    content = FieldDifferenceSerializer(many=True)
