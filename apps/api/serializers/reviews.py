"""Reviews and their actions as JSON."""

from rest_framework import serializers

from apps.reviews.models import ActionItem, RealisedMetric, Review


class MetricSerializer(serializers.ModelSerializer[RealisedMetric]):
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
    signed_by = serializers.SlugRelatedField(slug_field="username", read_only=True)
    metrics = MetricSerializer(many=True, read_only=True)
    actions = ActionSerializer(many=True, read_only=True)

    class Meta:
        model = Review
        fields = [
            "ref", "change", "state", "due_at", "planned_start", "planned_end", "actual_start", "actual_end",
            "outcome", "what_happened", "contributing_factors", "went_well", "signed_by", "signed_at",
            "metrics", "actions",
        ]  # fmt: skip
