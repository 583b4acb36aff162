"""The approval policy, and why a change asked whom, as JSON."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.versions import VersionSerializer
from apps.approvals.enums import RequirementState
from apps.approvals.models import PolicyVersion
from apps.approvals.selectors import document_by_name, terms_in


class PolicySerializer(VersionSerializer, serializers.ModelSerializer[PolicyVersion]):
    """A version of the approval policy. The portal comes with the first, which nobody proposed."""

    class Meta(VersionSerializer.Meta):
        model = PolicyVersion


class TermsSerializer(serializers.Serializer[Any]):
    """How signatures are given: for how many minutes a proof serves, and which are pointed out as quick."""

    fresh_minutes = serializers.IntegerField()
    least_seconds = serializers.IntegerField()


class PolicyDetailSerializer(PolicySerializer):
    """A version with its rules, in order, people by username; and how signatures are given under it."""

    rules = serializers.SerializerMethodField()
    signing = serializers.SerializerMethodField()

    class Meta(PolicySerializer.Meta):
        fields = [*PolicySerializer.Meta.fields, "rules", "signing"]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_rules(self, version: PolicyVersion) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = document_by_name(version.document)["rules"]
        return rules

    @extend_schema_field(TermsSerializer)
    def get_signing(self, version: PolicyVersion) -> dict[str, int]:
        return asdict(terms_in(version))


class AskedSerializer(serializers.Serializer[Any]):
    """A signature that was asked for: by which rule, why, of how many, and who has given or could still give it."""

    requirement = serializers.IntegerField(source="one.requirement.pk")
    rule = serializers.CharField(source="one.requirement.rule")
    role = serializers.CharField(source="one.requirement.role")
    component_key = serializers.CharField(source="one.requirement.component_key")
    question = serializers.CharField(source="one.requirement.question")
    reason = serializers.CharField(source="one.requirement.reason")
    quorum = serializers.IntegerField(source="one.requirement.quorum")
    by_name = serializers.SerializerMethodField()
    stage = serializers.IntegerField(source="one.requirement.stage")
    due_at = serializers.DateTimeField(source="one.requirement.due_at")
    state = serializers.ChoiceField(RequirementState.choices, source="one.requirement.state")
    approved_by = serializers.SerializerMethodField()
    abstained = serializers.SerializerMethodField()
    can_sign = serializers.SerializerMethodField()
    too_few = serializers.BooleanField(source="one.too_few")

    def get_by_name(self, asked: Any) -> bool:
        """Return whether the rule names the people, so that nobody else may sign."""
        return bool(asked.one.requirement.named)

    def get_approved_by(self, asked: Any) -> list[str]:
        return [given.signer.username for given in asked.one.approvals]

    def get_abstained(self, asked: Any) -> list[str]:
        return [given.signer.username for given in asked.one.abstentions]

    def get_can_sign(self, asked: Any) -> list[str]:
        return [user.username for user in asked.one.eligible]


class SilentSerializer(serializers.Serializer[Any]):
    """A rule that asked for nothing, and why."""

    rule = serializers.CharField()
    why = serializers.CharField()


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why a change asked whom. ``policy`` is empty for what was submitted before versions were kept."""

    change = serializers.CharField()
    revision = serializers.IntegerField()
    policy = serializers.CharField(allow_null=True)
    policy_digest = serializers.CharField(allow_blank=True)
    in_force = serializers.CharField()
    moved_on = serializers.BooleanField()
    asked = AskedSerializer(many=True)
    silent = SilentSerializer(many=True)
