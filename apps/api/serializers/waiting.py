"""What a change waits for, as JSON: whose signature, by when, and what happens if nobody decides."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.approvals.enums import RoundState, Step
from apps.approvals.models import Round
from apps.approvals.selectors import Standing, contact_of, standing, still_to_come_of


class ComingSerializer(serializers.Serializer[Any]):
    """What happens while nobody decides, and when."""

    step = serializers.ChoiceField(Step.choices)
    at = serializers.DateTimeField()


class WaitSerializer(serializers.Serializer[Standing]):
    """A signature that is asked for now. ``next`` is empty while its clock stands."""

    requirement = serializers.IntegerField(source="requirement.pk")
    role = serializers.CharField(source="requirement.role")
    component_key = serializers.CharField(source="requirement.component_key")
    people = serializers.SerializerMethodField()
    due_at = serializers.DateTimeField(source="requirement.due_at")
    next = serializers.SerializerMethodField()

    def get_people(self, one: Standing) -> list[str]:
        """Return who can give it."""
        return [user.username for user in one.waited_on]

    @extend_schema_field(ComingSerializer(many=True))
    def get_next(self, one: Standing) -> list[dict[str, Any]]:
        """Return the steps to come, in order."""
        coming = still_to_come_of(one.requirement, contact_of(one.requirement, one.waited_on))
        rows: list[dict[str, Any]] = ComingSerializer(coming, many=True).data  # type: ignore[assignment]
        return rows


def waits_of(round_: Round | None) -> list[dict[str, Any]]:
    """Return what a round waits for; nothing when it is over."""
    if round_ is None or round_.state != RoundState.OPEN:
        return []
    asked = [one for one in standing(round_) if one.is_open]
    rows: list[dict[str, Any]] = WaitSerializer(asked, many=True).data  # type: ignore[assignment,arg-type]
    return rows
