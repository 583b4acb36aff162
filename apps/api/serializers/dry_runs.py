"""Dry runs of a draft of the rules over the last year's changes, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.gates.models import Rehearsal, Rehearsed
from apps.gates.selectors import Counted, counted
from apps.policy.enums import Way


class DryRunSerializer(serializers.ModelSerializer[Rehearsal]):
    """A dry run: which draft was judged as it stood then (``digest``), beside which version, and how far it is."""

    ref = serializers.CharField(read_only=True)
    version = serializers.IntegerField(source="policy_set.number", read_only=True)
    asked_by = serializers.CharField(source="asked_by.username", read_only=True)

    class Meta:
        model = Rehearsal
        fields: tuple[str, ...] = (
            "ref", "version", "digest", "against", "asked_by", "since", "until", "state", "total", "finished_at",
            "error",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields


class WaysSerializer(serializers.Serializer[Any]):
    """How many changes would have gone each way."""

    def get_fields(self) -> dict[str, Any]:
        return {way.value: serializers.IntegerField(help_text=str(way.label)) for way in Way}


class DryRunRuleSerializer(serializers.Serializer[Any]):
    """A rule that makes the difference, and for how many changes."""

    rule = serializers.CharField()
    ways = WaysSerializer()


class FoundSerializer(serializers.Serializer[Counted]):
    """What a dry run found so far: ``looked_at`` changes are judged."""

    looked_at = serializers.IntegerField()
    stopped_by_both = serializers.IntegerField()
    let_through_by_both = serializers.IntegerField()
    ways = WaysSerializer()
    rules = serializers.SerializerMethodField()

    @extend_schema_field(DryRunRuleSerializer(many=True))
    def get_rules(self, found: Counted) -> list[dict[str, Any]]:
        return [{"rule": rule, "ways": {way: ways.get(way, 0) for way in Way}} for rule, ways in found.rules]


class DryRunDetailSerializer(DryRunSerializer):
    """A dry run of ``total`` changes, with what it found so far."""

    found = serializers.SerializerMethodField()

    class Meta(DryRunSerializer.Meta):
        fields = (*DryRunSerializer.Meta.fields, "found")
        read_only_fields = fields

    @extend_schema_field(FoundSerializer)
    def get_found(self, run: Rehearsal) -> dict[str, Any]:
        return dict(FoundSerializer(counted(run)).data)


class DryRunChangeSerializer(serializers.ModelSerializer[Rehearsed]):
    """A change that would have gone another way, and the rules that make the difference."""

    change = serializers.CharField(source="change.ref", read_only=True)
    title = serializers.CharField(source="change.title", read_only=True)
    because = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Rehearsed
        fields = (
            "change", "title", "way", "was", "was_class", "was_band", "now", "now_class", "now_band", "because",
        )  # fmt: skip
        read_only_fields = fields
