"""Several requirements signed together, as JSON."""

from typing import Any

from rest_framework import serializers

from apps.api.serializers.approvals import SignatureSerializer
from apps.api.serializers.proof import ProofSerializer
from apps.approvals.rules.together import MOST


class OneOfSeveralSerializer(serializers.Serializer[Any]):
    """One of several to approve, with what its “intent” said."""

    requirement = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    digest = serializers.CharField(max_length=64)
    nonce = serializers.CharField(
        max_length=64, help_text="From its own “intent”, within five minutes, once."
    )
    checked = serializers.ListField(
        child=serializers.CharField(max_length=200),
        max_length=20,
        help_text="Each point of its checklist.",
    )


class SignTogetherSerializer(ProofSerializer):
    """Standard changes of low risk to approve together. The password proves once, now, who signs them all."""

    items = serializers.ListField(child=OneOfSeveralSerializer(), min_length=1, max_length=MOST)


class LeftSerializer(serializers.Serializer[Any]):
    """One that was left unsigned, with the reason and what to do."""

    requirement = serializers.IntegerField()
    reason = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class SignedTogetherSerializer(serializers.Serializer[Any]):
    """What was signed, and what was left. Where nothing at all was signed, a problem document has “left”."""

    signed = SignatureSerializer(many=True)
    left = LeftSerializer(many=True)
