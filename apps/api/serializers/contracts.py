"""New versions of contracts over REST: what is proposed, and what it does to consumers."""

from typing import Any

from rest_framework import serializers

from apps.changes.selectors import Shown
from apps.evidence.enums import ContractKind, ContractLevel
from apps.evidence.models import ContractDifference
from apps.evidence.rules.contracts import MOST_BYTES


class ProposeContractSerializer(serializers.Serializer[Any]):
    """A contract, and its new definition."""

    contract = serializers.CharField(max_length=200, help_text="Key of the contract: api:default/orders")
    file = serializers.FileField(
        help_text=f"The whole new definition, at most {MOST_BYTES // 1024**2} MB. Read are: "
        f"{', '.join(label for _, label in ContractKind.choices)}."
    )


class ContractDifferenceSerializer(serializers.ModelSerializer[ContractDifference]):
    """One difference as it hits consumers. ``rule`` names what decided the level."""

    class Meta:
        model = ContractDifference
        fields = ["path", "what", "level", "rule", "sentence", "before", "after"]
        read_only_fields = fields


class ProposedContractSerializer(serializers.Serializer[Shown]):
    """A new version of a contract that a change brings, compared with the one that was in force."""

    contract = serializers.CharField(source="row.contract.key")
    title = serializers.CharField(source="row.contract")
    component = serializers.CharField(source="row.contract.provider.key", help_text="Who provides it")
    definition = serializers.CharField(source="row.file.digest", help_text="SHA-256 of the new definition")
    compared_with = serializers.CharField(source="row.old", help_text="SHA-256 of the one in force then")
    is_overtaken = serializers.BooleanField(help_text="A third definition is in force since")
    is_waiting = serializers.BooleanField(source="row.is_waiting", help_text="A worker has yet to compare it")
    problem = serializers.CharField(source="row.problem", help_text="Why it could not be compared")
    level = serializers.ChoiceField(
        ContractLevel.choices, source="row.comparison.level", default=None, allow_null=True
    )
    breaking = serializers.IntegerField(source="row.comparison.breaking", default=None, allow_null=True)
    risky = serializers.IntegerField(source="row.comparison.risky", default=None, allow_null=True)
    safe = serializers.IntegerField(source="row.comparison.safe", default=None, allow_null=True)
    consumers = serializers.SerializerMethodField(help_text="Keys of the components that rely on it")
    differences = ContractDifferenceSerializer(many=True, help_text="The gravest")
    proposed_by = serializers.CharField(source="row.proposed_by.username")
    proposed_at = serializers.DateTimeField(source="row.proposed_at")

    def get_consumers(self, shown: Shown) -> list[str]:
        return [one.key for one in shown.consumers]
