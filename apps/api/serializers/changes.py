"""Changes as JSON: what a list shows, everything of one, and what a draft takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.calendar import WALL_CLOCK
from apps.api.serializers.waiting import WaitSerializer, waits_of
from apps.changes.enums import ChangeClass, ChangeState, Direction, Harm, Likelihood
from apps.changes.models import (
    Change,
    ChangeItem,
    ImpactNote,
    PlanStep,
    RiskScenario,
    SuccessMetric,
)
from apps.changes.selectors import submitted_parts


class ItemSerializer(serializers.ModelSerializer[ChangeItem]):
    component = serializers.SlugRelatedField(slug_field="key", read_only=True)
    from_version = serializers.SlugRelatedField(slug_field="version", read_only=True, allow_null=True)
    to_version = serializers.SlugRelatedField(slug_field="version", read_only=True)

    class Meta:
        model = ChangeItem
        fields = ["component", "from_version", "to_version", "difference"]


class MetricSerializer(serializers.ModelSerializer[SuccessMetric]):
    class Meta:
        model = SuccessMetric
        fields = ["name", "unit", "direction", "baseline", "target", "bound"]


class RiskSerializer(serializers.ModelSerializer[RiskScenario]):
    class Meta:
        model = RiskScenario
        fields = ["text", "likelihood", "harm", "mitigation"]


class StepSerializer(serializers.ModelSerializer[PlanStep]):
    lead = serializers.SlugRelatedField(slug_field="username", read_only=True)
    after = serializers.SlugRelatedField(slug_field="position", many=True, read_only=True)

    class Meta:
        model = PlanStep
        fields = ["position", "text", "lead", "minutes", "way_back", "after"]


class NoteSerializer(serializers.ModelSerializer[ImpactNote]):
    component = serializers.SlugRelatedField(slug_field="key", read_only=True)

    class Meta:
        model = ImpactNote
        fields = ["component", "included", "reason"]


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """A change as a list shows it."""

    requester = serializers.SlugRelatedField(slug_field="username", read_only=True)

    class Meta:
        model = Change
        fields = [
            "ref", "state", "change_class", "title", "requester", "risk", "time_zone", "local_start", "local_end",
            "planned_start", "planned_end", "actual_start", "actual_end",
        ]  # fmt: skip


class BlockerSerializer(serializers.Serializer[Any]):
    """What is in the way, who can clear it, and how."""

    text = serializers.CharField()
    who = serializers.CharField()
    how = serializers.CharField()
    warning = serializers.BooleanField()


class ChangeDetailSerializer(ChangeSerializer):
    """Everything of a change. ``digest`` is what a signature binds to; it is null in a draft, also one being revised.

    With ``frozen`` in the context it is what was submitted last, with its revision and digest: that is what all but
    the requester read while a change is being revised.
    """

    revision = serializers.IntegerField(
        source="revision.number", read_only=True, default=None, allow_null=True
    )
    digest = serializers.CharField(source="revision.digest", read_only=True, default=None, allow_null=True)
    items = ItemSerializer(many=True, read_only=True)
    success_metrics = MetricSerializer(many=True, read_only=True)
    rollback_criteria = serializers.SlugRelatedField(slug_field="text", many=True, read_only=True)
    risk_scenarios = RiskSerializer(many=True, read_only=True)
    plan_steps = StepSerializer(many=True, read_only=True)
    impact_notes = NoteSerializer(many=True, read_only=True)
    waits_for = serializers.SerializerMethodField()

    class Meta(ChangeSerializer.Meta):
        fields = [
            *ChangeSerializer.Meta.fields,
            "revision", "digest", "summary", "outcome", "cost_of_waiting", "late_reason", "rollback_plan",
            "rollback_minutes",
            "items", "success_metrics", "rollback_criteria", "risk_scenarios", "plan_steps",
            "impact_notes", "waits_for",
        ]  # fmt: skip

    @extend_schema_field(WaitSerializer(many=True))
    def get_waits_for(self, change: Change) -> list[dict[str, Any]]:
        """Return the signatures that are asked for now, from whom, and what happens if nobody decides."""
        return waits_of(change.round)

    def to_representation(self, instance: Change) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if self.context.get("frozen"):
            return shown | submitted_parts(instance)
        if instance.state == ChangeState.DRAFT:
            shown |= {"revision": None, "digest": None}
        return shown


class NewItem(serializers.Serializer[Any]):
    component = serializers.CharField(help_text="A component's key: model:default/credit-risk")
    to_version = serializers.CharField()
    from_version = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        default=None,
        help_text="The version in use when it is left out; null when the component is new there",
    )
    difference = serializers.CharField(required=False, allow_blank=True, default="")
    register = serializers.BooleanField(
        required=False, default=False, help_text="Register a to-version that the catalog does not know"
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        row: dict[str, Any] = super().to_internal_value(data)
        if "from_version" in data and data["from_version"] is None:
            row["from_version"] = ""
        return row


class NewMetric(serializers.Serializer[Any]):
    name = serializers.CharField()
    target = serializers.FloatField()
    unit = serializers.CharField(required=False, allow_blank=True, default="")
    direction = serializers.ChoiceField(Direction.choices, required=False, default=Direction.AT_LEAST)
    baseline = serializers.FloatField(required=False, allow_null=True, default=None)
    bound = serializers.FloatField(required=False, allow_null=True, default=None)


class NewNote(serializers.Serializer[Any]):
    component = serializers.CharField()
    included = serializers.BooleanField()
    reason = serializers.CharField()


class NewRisk(serializers.Serializer[Any]):
    text = serializers.CharField()
    likelihood = serializers.ChoiceField(Likelihood.choices, required=False, default=Likelihood.UNLIKELY)
    harm = serializers.ChoiceField(Harm.choices, required=False, default=Harm.MODERATE)
    mitigation = serializers.CharField(required=False, allow_blank=True, default="")


class NewStep(serializers.Serializer[Any]):
    text = serializers.CharField()
    lead = serializers.CharField(help_text="A username")
    minutes = serializers.IntegerField(required=False, default=15)
    way_back = serializers.CharField(required=False, allow_blank=True, default="")
    after = serializers.ListField(
        child=serializers.IntegerField(), required=False, default=list, help_text="Positions of steps, from 1"
    )


class DraftSerializer(serializers.Serializer[Any]):
    """What a draft takes. A part that is left out stays as it is; a list that is given replaces the one before."""

    title = serializers.CharField(required=False, allow_blank=True)
    summary = serializers.CharField(required=False, allow_blank=True)
    outcome = serializers.CharField(required=False, allow_blank=True)
    cost_of_waiting = serializers.CharField(required=False, allow_blank=True)
    success_metrics = NewMetric(many=True, required=False)
    items = NewItem(many=True, required=False)
    impact_notes = NewNote(many=True, required=False)
    change_class = serializers.ChoiceField(ChangeClass.choices, required=False)
    time_zone = serializers.CharField(required=False)
    local_start = serializers.RegexField(WALL_CLOCK, required=False, allow_blank=True)
    local_end = serializers.RegexField(WALL_CLOCK, required=False, allow_blank=True)
    late_reason = serializers.CharField(required=False, allow_blank=True)
    rollback_plan = serializers.CharField(required=False, allow_blank=True)
    rollback_minutes = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    rollback_criteria = serializers.ListField(child=serializers.CharField(), required=False)
    risk_scenarios = NewRisk(many=True, required=False)
    plan_steps = NewStep(many=True, required=False)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, for the steps that ask for it."""

    reason = serializers.CharField(required=False, allow_blank=True, default="")
