"""Model cards as JSON."""

from rest_framework import serializers

from apps.cards.models import ModelCard

WRITABLE = [
    "overview", "intended_use", "prohibited_use", "limitations", "ethical_risks", "human_oversight",
    "training_data", "retraining_triggers", "metrics",
]  # fmt: skip


class CardSerializer(serializers.ModelSerializer[ModelCard]):
    component = serializers.CharField(source="version.component.key", read_only=True)
    version = serializers.CharField(source="version.version", read_only=True)
    owners = serializers.SlugRelatedField(slug_field="username", many=True, read_only=True)

    class Meta:
        model = ModelCard
        fields = ["ref", "component", "version", "edition", "state", "owners", *WRITABLE]
        read_only_fields = ["state", "edition"]


class CardEditSerializer(serializers.ModelSerializer[ModelCard]):
    """A new edition. ``edition`` is the one that was read: another since is refused."""

    edition = serializers.IntegerField()

    class Meta:
        model = ModelCard
        fields = ["edition", *WRITABLE]
