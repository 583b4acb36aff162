"""What a person is asked to sign, as JSON."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.proof import ProofSerializer
from apps.approvals.enums import DECISIONS
from apps.approvals.models import Requirement, Signature, SignIntent
from apps.approvals.rules.checklists import checklist
from apps.approvals.rules.intents import LIFE


class SignatureSerializer(serializers.ModelSerializer[Signature]):
    """A signature with its printed name, UTC time and meaning (21 CFR 11.50)."""

    signer = serializers.SlugRelatedField(slug_field="username", read_only=True)
    signer_name = serializers.CharField(source="signer.get_full_name", read_only=True)

    on_behalf_of = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Signature
        fields = [
            "id",
            "signer",
            "signer_name",
            "on_behalf_of",
            "decision",
            "digest",
            "meaning",
            "auth_method",
            "signed_at",
        ]


class DifferenceSerializer(serializers.Serializer[Any]):
    """A field that differs, in words. Empty text means that it was not there."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class EarlierSerializer(serializers.Serializer[Any]):
    """A decision on an earlier revision: whether it counts for this one, why, and what its role judges that changed."""

    signer = serializers.CharField(source="row.signature.signer.username")
    on_behalf_of = serializers.CharField(
        source="row.signature.on_behalf_of.username", default=None, allow_null=True
    )
    decision = serializers.CharField(source="row.signature.decision")
    revision = serializers.IntegerField(source="row.revision")
    digest = serializers.CharField(source="row.signature.digest")
    counts = serializers.BooleanField(source="row.counts")
    because = serializers.CharField(source="row.because")
    changed = DifferenceSerializer(many=True)


class RequirementSerializer(serializers.ModelSerializer[Requirement]):
    """A role that must sign, on which subject and digest; ``earlier`` says what became of earlier decisions.

    With ``since`` in the context, by requirement.
    """

    subject = serializers.CharField(source="round.subject_ref", read_only=True)
    title = serializers.CharField(source="round.subject_title", read_only=True)
    revision = serializers.IntegerField(source="round.revision", read_only=True)
    digest = serializers.CharField(source="round.digest", read_only=True)
    earlier = serializers.SerializerMethodField()

    @extend_schema_field(EarlierSerializer(many=True))
    def get_earlier(self, asked: Requirement) -> Any:
        return EarlierSerializer(self.context["since"].get(asked.pk, []), many=True).data

    class Meta:
        model = Requirement
        fields = [
            "id", "subject", "title", "revision", "digest", "role", "component_key", "question", "reason",
            "quorum", "due_at", "state", "earlier",
        ]  # fmt: skip


class SignSerializer(ProofSerializer):
    """A decision on one digest. The password proves, now, who signs."""

    digest = serializers.CharField(max_length=64)
    nonce = serializers.CharField(max_length=64, help_text="From “intent”, within five minutes, once.")
    decision = serializers.ChoiceField([(one.value, one.label) for one in DECISIONS])
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    checked = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        default=list,
        max_length=20,
        help_text="The points of the checklist that the signer confirms. All are needed to approve.",
    )


class IntentSerializer(serializers.ModelSerializer[SignIntent]):
    """What a person is about to sign: send its nonce with the signature, within five minutes."""

    meanings = serializers.DictField(child=serializers.CharField(), read_only=True)
    checklist = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()

    class Meta:
        model = SignIntent
        fields = ["nonce", "digest", "meanings", "checklist", "expires_at"]

    def get_checklist(self, intent: SignIntent) -> list[str]:
        asked = intent.requirement
        return list(checklist(asked.role, asked.round.subject_type)) if asked else []

    def get_expires_at(self, intent: SignIntent) -> datetime:
        return intent.shown_at + LIFE
