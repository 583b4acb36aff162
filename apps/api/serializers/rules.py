"""The rules that judge changes, their drafts, waivers and facts, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.versions import VersionSerializer
from apps.approvals.enums import RequirementState
from apps.core import clock
from apps.gates.selectors import RULE_WAIVER, RULES, asked_over
from apps.policy.enums import FactType, SetState, Stage
from apps.policy.models import PolicySet, RuleWaiver
from apps.policy.selectors import unready


class RulesSerializer(VersionSerializer, serializers.ModelSerializer[PolicySet]):
    """A version of the rules. The portal comes with the first, which nobody wrote."""

    class Meta(VersionSerializer.Meta):
        model = PolicySet


class RulesProblemSerializer(serializers.Serializer[Any]):
    """What is wrong at one place, such as ``rules[3].expression``; in an expression, where in it, counted from 1."""

    place = serializers.CharField()
    message = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    column = serializers.IntegerField(allow_null=True)


class AskedRoleSerializer(serializers.Serializer[Any]):
    """A role that is asked to sign a version or a waiver, who has, and who still could."""

    requirement = serializers.IntegerField(source="requirement.pk")
    role = serializers.CharField(source="requirement.role")
    question = serializers.CharField(source="requirement.question")
    reason = serializers.CharField(source="requirement.reason")
    due_at = serializers.DateTimeField(source="requirement.due_at")
    state = serializers.ChoiceField(RequirementState.choices)
    approved_by = serializers.SerializerMethodField()
    can_sign = serializers.SerializerMethodField()

    def get_approved_by(self, asked: Any) -> list[str]:
        return [given.signer.username for given in asked.approvals]

    def get_can_sign(self, asked: Any) -> list[str]:
        return [user.username for user in asked.eligible]


class RulesDetailSerializer(RulesSerializer):
    """A version with all that it says. ``problems`` keep a draft from being published; ``asked`` are to sign it."""

    document = serializers.DictField(
        read_only=True, help_text="title, rules (each with its examples), bands and prior; see docs/policy.md"
    )
    problems = serializers.SerializerMethodField()
    asked = serializers.SerializerMethodField()

    class Meta(RulesSerializer.Meta):
        fields = [*RulesSerializer.Meta.fields, "document", "problems", "asked"]

    @extend_schema_field(RulesProblemSerializer(many=True))
    def get_problems(self, version: PolicySet) -> Any:
        found = unready(version) if version.state == SetState.DRAFT else []
        return RulesProblemSerializer(found, many=True).data

    @extend_schema_field(AskedRoleSerializer(many=True))
    def get_asked(self, version: PolicySet) -> Any:
        return AskedRoleSerializer(asked_over(RULES, version.ref), many=True).data


class BeginRulesSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(help_text="Why the rules should change")


class WriteRulesSerializer(serializers.Serializer[Any]):
    """What a draft says now. A part that is left out stays as it is."""

    digest = serializers.CharField(max_length=64, help_text="The digest of the draft that you read")
    document = serializers.DictField(
        required=False, help_text="The whole document: title, rules, bands and prior; see docs/policy.md"
    )
    reason = serializers.CharField(required=False)


class ReadRulesSerializer(serializers.Serializer[Any]):
    digest = serializers.CharField(max_length=64, help_text="The digest of the draft that you read")


class CheckRulesSerializer(serializers.Serializer[Any]):
    document = serializers.DictField(help_text="The whole document, as a draft would hold it")


class CheckedRulesSerializer(serializers.Serializer[Any]):
    """All that would keep the document from being published, examples that do not hold among it."""

    problems = RulesProblemSerializer(many=True)


class FactSerializer(serializers.Serializer[Any]):
    """A fact that a rule may look at. It can be known from the stage ``known_from`` on."""

    name = serializers.CharField()
    type = serializers.ChoiceField(FactType.choices)
    unit = serializers.CharField(allow_blank=True)
    meaning = serializers.CharField()
    example = serializers.JSONField()
    known_from = serializers.ChoiceField(Stage.choices)


class FactsSerializer(serializers.Serializer[Any]):
    """Every fact, and the fields that each check in a list of checks has."""

    facts = FactSerializer(many=True)
    check_fields = FactSerializer(many=True)


class RuleWaiverSerializer(serializers.ModelSerializer[RuleWaiver]):
    """An exception from one rule or check, for one change or component. ``counts`` says whether it does now."""

    asked_by = serializers.SlugRelatedField(slug_field="username", read_only=True)
    counts = serializers.SerializerMethodField()

    class Meta:
        model = RuleWaiver
        fields = [
            "ref", "rule", "scope", "reason", "compensating", "until", "digest", "asked_by", "asked_at",
            "granted_at", "ended_at", "ended_because", "counts",
        ]  # fmt: skip

    def get_counts(self, waiver: RuleWaiver) -> bool:
        return waiver.granted_at is not None and waiver.ended_at is None and waiver.until > clock.now()


class RuleWaiverDetailSerializer(RuleWaiverSerializer):
    """A waiver, and who is asked to sign it."""

    asked = serializers.SerializerMethodField()

    class Meta(RuleWaiverSerializer.Meta):
        fields = [*RuleWaiverSerializer.Meta.fields, "asked"]

    @extend_schema_field(AskedRoleSerializer(many=True))
    def get_asked(self, waiver: RuleWaiver) -> Any:
        return AskedRoleSerializer(asked_over(RULE_WAIVER, waiver.ref), many=True).data


class AskRuleWaiverSerializer(serializers.Serializer[Any]):
    """Which rule, for what, until when, why, and what is done instead."""

    rule = serializers.CharField(
        max_length=60, help_text="The id of a rule or a check in force that can stop a change"
    )
    scope = serializers.CharField(max_length=200, help_text="CHG-1042, or model:default/credit-risk")
    reason = serializers.CharField()
    compensating = serializers.CharField(help_text="What you do instead, so that it is safe")
    until = serializers.DateTimeField(help_text="At most 90 days ahead")
