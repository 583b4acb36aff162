"""An urgent change that goes ahead before everyone has signed, as JSON."""

from datetime import datetime

from rest_framework import serializers

from apps.api.serializers.proof import ProofSerializer
from apps.approvals.models import BreakGlass, SignIntent
from apps.approvals.rules.attested import GO_AHEAD
from apps.approvals.rules.intents import LIFE


class GoAheadSerializer(ProofSerializer):
    """Why a change cannot wait, and for which incident. The password proves, now, who lets it go ahead."""

    digest = serializers.CharField(max_length=64)
    nonce = serializers.CharField(max_length=64, help_text="From “intent”, within five minutes, once.")
    reason = serializers.CharField(max_length=4000)
    incident = serializers.CharField(max_length=500, help_text="An http or https address.")


class GoAheadIntentSerializer(serializers.ModelSerializer[SignIntent]):
    """What a person is about to sign: send its nonce within five minutes."""

    meaning = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()

    class Meta:
        model = SignIntent
        fields = ["nonce", "digest", "meaning", "expires_at"]

    def get_meaning(self, intent: SignIntent) -> str:
        return str(intent.meanings[GO_AHEAD])

    def get_expires_at(self, intent: SignIntent) -> datetime:
        return intent.shown_at + LIFE


class WentAheadSerializer(serializers.ModelSerializer[BreakGlass]):
    """Who let a change go ahead, by when the others sign, and what came of it (empty while they have yet to)."""

    by = serializers.SlugRelatedField(slug_field="username", read_only=True)

    class Meta:
        model = BreakGlass
        fields = ["by", "at", "reason", "incident", "meaning", "auth_method", "due_at", "end", "ended_at"]
