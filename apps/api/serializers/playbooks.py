"""Playbooks as JSON."""

from typing import Any

from rest_framework import serializers

from apps.accounts.enums import Role
from apps.playbooks.enums import Urgency, UseState
from apps.playbooks.models import PlaybookVersion


class PlaybookStepSerializer(serializers.Serializer[Any]):
    """A question of the decision tree."""

    urgency = serializers.ChoiceField(Urgency.choices)
    question = serializers.CharField(max_length=200)
    yes = serializers.CharField(max_length=500)
    no = serializers.CharField(max_length=500)


class PlaybookCheckSerializer(serializers.Serializer[Any]):
    """What must be so before the first step."""

    check = serializers.CharField(max_length=200)


class PlaybookMessageSerializer(serializers.Serializer[Any]):
    """A message to send. What is filled in stands as {service}."""

    audience = serializers.CharField(max_length=120)
    subject = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=4000)


class PlaybookCallSerializer(serializers.Serializer[Any]):
    """Who is called when nobody answers: a role, or a team as “Team Risk”."""

    minutes = serializers.IntegerField(min_value=0, max_value=10_080)
    whom = serializers.CharField(max_length=200)


class PlaybookSaidSerializer(serializers.Serializer[Any]):
    """What a playbook says. A part that is left out is empty."""

    title = serializers.CharField(max_length=120)
    purpose = serializers.CharField(max_length=300)
    roles = serializers.ListField(
        child=serializers.ChoiceField(Role.choices), allow_empty=False, max_length=20
    )
    text = serializers.CharField(max_length=15_000, allow_blank=True, required=False, help_text="Markdown")
    tree = PlaybookStepSerializer(many=True, required=False)
    preflight = PlaybookCheckSerializer(many=True, required=False)
    messages = PlaybookMessageSerializer(many=True, required=False)
    escalation = PlaybookCallSerializer(many=True, required=False)


class WritePlaybookSerializer(PlaybookSaidSerializer):
    """The next version. ``version`` is the one that was read."""

    note = serializers.CharField(max_length=2000, help_text="What is new, and why")
    version = serializers.IntegerField(required=False, min_value=1, max_value=99_999)


class RetirePlaybookSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class PlaybookPlacesSerializer(serializers.Serializer[Any]):
    """Where a playbook is pointed out: keys of components, and kinds of conflict."""

    component = serializers.ListField(child=serializers.CharField(max_length=250), max_length=200)
    conflict = serializers.ListField(child=serializers.CharField(max_length=40), max_length=40)


class ReadPlaybookSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=99_999, help_text="The version that was read")


class PlaybookSerializer(serializers.ModelSerializer[PlaybookVersion]):
    """A playbook with its version in force."""

    ref = serializers.CharField(source="playbook.ref", read_only=True)
    state = serializers.ChoiceField(UseState.choices, source="playbook.state", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    written_by = serializers.CharField(source="written_by.username", allow_null=True, default=None)
    places = serializers.ListField(
        child=serializers.CharField(), source="playbook.places", read_only=True, help_text="kind:key"
    )
    content = PlaybookSaidSerializer(read_only=True)

    class Meta:
        model = PlaybookVersion
        fields = [
            "ref", "state", "version", "title", "digest", "note", "written_by", "written_at", "places", "content",
        ]  # fmt: skip
        read_only_fields = fields
