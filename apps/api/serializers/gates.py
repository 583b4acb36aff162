"""The gate over REST: what is asked, and what it answers."""

import json
from typing import Any

from rest_framework import serializers

from apps.evidence.enums import Stage
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.services.asking import ENVIRONMENT_LIMIT, KEY_LIMIT


class AskSerializer(serializers.Serializer[Any]):
    """May this artifact of this change pass this stage?"""

    change = serializers.CharField(max_length=20, help_text="Its reference, such as CHG-1042")
    stage = serializers.ChoiceField(
        Stage.choices, error_messages={"invalid_choice": f"Choose one of: {', '.join(Stage.values)}."}
    )
    component = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="Key of the component whose artifact it is; may be left out when the change moves one alone",
    )
    artifact = serializers.CharField(
        max_length=71,
        default="",
        allow_blank=True,
        help_text="SHA-256 of what is to run: sha256:…. Needed before deployment and for a promotion",
    )
    environment = serializers.CharField(max_length=ENVIRONMENT_LIMIT, default="", allow_blank=True)
    idempotency_key = serializers.CharField(
        max_length=KEY_LIMIT,
        default="",
        allow_blank=True,
        help_text="The same question with the same key gives the answer that was given",
    )
    dry_run = serializers.BooleanField(default=False, help_text="Answer, keep nothing, attest nothing")

    def to_internal_value(self, data: Any) -> Any:
        """Take a stage with a hyphen too, as people write it on a command line: ``pre-deploy``."""
        if isinstance(stage := data.get("stage") if hasattr(data, "get") else None, str):
            data = {key: data.get(key) for key in data} | {"stage": stage.replace("-", "_")}
        return super().to_internal_value(data)


class FailedSerializer(serializers.Serializer[Any]):
    """One thing that keeps the gate closed."""

    code = serializers.ChoiceField([choice for choice in Answer.choices if choice[0] != Answer.PASS])
    rule = serializers.CharField(help_text="The check or rule that says so; empty for what always holds")
    says = serializers.CharField()
    remedy = serializers.CharField()
    url = serializers.CharField()


class CheckedSerializer(serializers.Serializer[Any]):
    """What one check came to."""

    check = serializers.CharField()
    name = serializers.CharField()
    stage = serializers.ChoiceField(
        Stage.choices, error_messages={"invalid_choice": f"Choose one of: {', '.join(Stage.values)}."}
    )
    component = serializers.CharField()
    state = serializers.CharField()
    measured = serializers.CharField()
    needed = serializers.CharField()
    reason = serializers.CharField()
    evidence = serializers.CharField(help_text="The report that counted, such as EV-12")
    blocks = serializers.BooleanField()


class AnswerSerializer(serializers.Serializer[GateDecision]):
    """The answer of the gate. ``verdict`` is “pass”, or the gravest code of what keeps it closed."""

    decision = serializers.SerializerMethodField(help_text="GATE-12; empty for a dry run")
    change = serializers.CharField(source="change.ref")
    revision = serializers.IntegerField(source="revision.number", default=None, allow_null=True)
    stage = serializers.ChoiceField(Stage.choices)
    environment = serializers.CharField()
    component = serializers.CharField(source="component_key")
    artifact = serializers.CharField()
    verdict = serializers.ChoiceField(Answer.choices, source="answer")
    failed = FailedSerializer(many=True, source="reasons")
    checks = CheckedSerializer(many=True)
    checks_version = serializers.IntegerField(help_text="Of the plan of checks that was applied")
    rules_version = serializers.IntegerField(help_text="Of the rules that were applied")
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="A pass counts until then")
    attestation = serializers.SerializerMethodField(
        help_text="A DSSE envelope over an in-toto statement, on a pass"
    )

    def get_decision(self, decision: GateDecision) -> str:
        return decision.ref if decision.pk else ""

    def get_attestation(self, decision: GateDecision) -> dict[str, Any] | None:
        return json.loads(decision.attestation) if decision.attestation else None
