"""Reviews and their actions as JSON."""

from typing import Any

from rest_framework import serializers

from apps.api.serializers.proof import ProofSerializer
from apps.reviews.enums import Outcome
from apps.reviews.models import ActionItem, RealisedMetric, Review
from apps.reviews.selectors import digest_of


class RealisedMetricSerializer(serializers.ModelSerializer[RealisedMetric]):
    class Meta:
        model = RealisedMetric
        fields = ["name", "unit", "direction", "baseline", "target", "bound", "realised"]


class ActionSerializer(serializers.ModelSerializer[ActionItem]):
    owner = serializers.SlugRelatedField(slug_field="username", read_only=True)

    class Meta:
        model = ActionItem
        fields = ["id", "text", "owner", "due_on", "done_at"]


class ReviewSerializer(serializers.ModelSerializer[Review]):
    change = serializers.CharField(source="change.ref", read_only=True)
    signed_by = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)
    digest = serializers.SerializerMethodField(
        help_text="SHA-256 over what a signature covers; send it to sign"
    )
    metrics = RealisedMetricSerializer(many=True, read_only=True)
    actions = ActionSerializer(many=True, read_only=True)

    class Meta:
        model = Review
        fields = [
            "ref", "change", "state", "due_at", "planned_start", "planned_end", "actual_start", "actual_end",
            "outcome", "what_happened", "contributing_factors", "went_well", "signed_by", "signed_at",
            "digest", "metrics", "actions",
        ]  # fmt: skip

    def get_digest(self, review: Review) -> str:
        return digest_of(review)


class RecordSerializer(serializers.Serializer[Any]):
    """What a person says of a change. ``realised`` maps a metric's name to its value; null is not measured."""

    digest = serializers.CharField(
        required=False, max_length=64, help_text="The digest of the review that you read"
    )
    outcome = serializers.ChoiceField(Outcome.choices, required=False)
    what_happened = serializers.CharField(required=False, allow_blank=True)
    contributing_factors = serializers.CharField(required=False, allow_blank=True)
    went_well = serializers.CharField(required=False, allow_blank=True)
    realised = serializers.DictField(child=serializers.FloatField(allow_null=True), required=False)


class NewActionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=300)
    owner = serializers.CharField(help_text="A username")
    due_on = serializers.DateField()


class SignReviewSerializer(ProofSerializer):
    """The digest that was read. The password proves, now, who signs."""

    digest = serializers.CharField(max_length=64)
