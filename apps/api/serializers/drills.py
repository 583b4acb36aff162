"""Drills as JSON."""

from typing import Any

from rest_framework import serializers

from apps.playbooks.enums import DrillState, DrillStep
from apps.playbooks.models import Drill
from apps.reviews.selectors import Times


class DrillSerializer(serializers.ModelSerializer[Drill]):
    """A drill. Its version is the one in force when it was planned, and from its start on the one in force then."""

    ref = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(DrillState.choices, read_only=True)
    playbook = serializers.CharField(source="version.playbook.ref", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    title = serializers.CharField(source="version.title", read_only=True)
    owner = serializers.CharField(source="owner.username", read_only=True)

    class Meta:
        model = Drill
        fields = [
            "ref", "state", "playbook", "version", "title", "purpose", "owner", "planned_for", "started_at",
            "ended_at", "cancelled_reason",
        ]  # fmt: skip
        read_only_fields = fields


class TimedStepSerializer(serializers.Serializer[Any]):
    """A step, or a signature, which has no name. Seconds count from the start; null where it did not happen."""

    step = serializers.ChoiceField([("", "A signature"), *DrillStep.choices])
    name = serializers.CharField(source="label")
    at = serializers.DateTimeField(allow_null=True)
    took_seconds = serializers.SerializerMethodField()
    target_seconds = serializers.SerializerMethodField()

    def get_took_seconds(self, timed: Any) -> int | None:
        return None if timed.took is None else round(timed.took.total_seconds())

    def get_target_seconds(self, timed: Any) -> int | None:
        return None if timed.target is None else round(timed.target.total_seconds())


class DrillDetailSerializer(serializers.Serializer[Any]):
    """A drill with what it rehearses with, its change and review, and how long each step took."""

    drill = DrillSerializer()
    components = serializers.ListField(child=serializers.CharField(), help_text="Keys")
    change = serializers.CharField(allow_null=True)
    review = serializers.CharField(allow_null=True)
    steps = TimedStepSerializer(many=True)


class CancelDrillSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


def detail_of(drill: Drill, times: Times) -> dict[str, Any]:
    """Return what ``DrillDetailSerializer`` shows of a drill."""
    return {
        "drill": drill,
        "components": list(drill.components.order_by("key").values_list("key", flat=True)),
        "change": times.change.ref if times.change else None,
        "review": times.review.ref if times.review else None,
        "steps": times.steps,
    }
