"""What a person is asked to sign, as JSON."""

from typing import Any

from rest_framework import serializers

from apps.approvals.enums import DECISIONS
from apps.approvals.models import Requirement, Signature


class SignatureSerializer(serializers.ModelSerializer[Signature]):
    """A signature with its printed name, UTC time and meaning (21 CFR 11.50)."""

    signer = serializers.SlugRelatedField(slug_field="username", read_only=True)
    signer_name = serializers.CharField(source="signer.get_full_name", read_only=True)

    on_behalf_of = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Signature
        fields = [
            "signer",
            "signer_name",
            "on_behalf_of",
            "decision",
            "digest",
            "meaning",
            "auth_method",
            "signed_at",
        ]


class RequirementSerializer(serializers.ModelSerializer[Requirement]):
    """A role that must sign, on which subject and digest."""

    subject = serializers.CharField(source="round.subject_ref", read_only=True)
    title = serializers.CharField(source="round.subject_title", read_only=True)
    revision = serializers.IntegerField(source="round.revision", read_only=True)
    digest = serializers.CharField(source="round.digest", read_only=True)

    class Meta:
        model = Requirement
        fields = [
            "id", "subject", "title", "revision", "digest", "role", "component_key", "question", "reason",
            "quorum", "due_at", "state",
        ]  # fmt: skip


class SignSerializer(serializers.Serializer[Any]):
    """A decision on one digest. The password proves, now, who signs."""

    digest = serializers.CharField(max_length=64)
    decision = serializers.ChoiceField([(one.value, one.label) for one in DECISIONS])
    note = serializers.CharField(required=False, allow_blank=True, default="")
    password = serializers.CharField(write_only=True, trim_whitespace=False)
