"""Courses and who completed them as JSON."""

from typing import Any

from rest_framework import serializers

from apps.accounts.enums import Role
from apps.playbooks.enums import UseState
from apps.playbooks.models import Completion, CourseVersion
from apps.playbooks.rules import LONGEST_DAYS


class TaughtSerializer(serializers.Serializer[Any]):
    """What a course says, and who owns it."""

    title = serializers.CharField(max_length=120)
    teaches = serializers.CharField(max_length=15_000, help_text="Markdown")
    roles = serializers.ListField(
        child=serializers.ChoiceField(Role.choices), allow_empty=False, max_length=20
    )
    days = serializers.IntegerField(
        min_value=1, max_value=LONGEST_DAYS, help_text="For how many days a completion counts"
    )
    own_word = serializers.BooleanField(
        required=False, default=False, help_text="People read it, and say so themselves"
    )
    owner = serializers.CharField(max_length=150, help_text="A user name")


class WriteCourseSerializer(TaughtSerializer):
    """The next version. ``version`` is the one that was read."""

    note = serializers.CharField(max_length=2000, help_text="What is new, and why")
    version = serializers.IntegerField(required=False, min_value=1, max_value=99_999)


class CourseReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class ConfirmCourseSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=99_999, help_text="The version that was read")


class RecordCompletionsSerializer(serializers.Serializer[Any]):
    """Who completed a course on a day: all of them are recorded, or none."""

    people = serializers.ListField(
        child=serializers.CharField(max_length=150), allow_empty=False, max_length=200, help_text="User names"
    )
    completed_on = serializers.DateField()
    evidence = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="", help_text="An address, or a SHA-256"
    )


class CourseSerializer(serializers.ModelSerializer[CourseVersion]):
    """A course with its version in force."""

    ref = serializers.CharField(source="course.ref", read_only=True)
    state = serializers.ChoiceField(UseState.choices, source="course.state", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    owner = serializers.CharField(source="course.owner.username", read_only=True)
    written_by = serializers.CharField(source="written_by.username", allow_null=True, default=None)
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices), read_only=True)

    class Meta:
        model = CourseVersion
        fields = [
            "ref", "state", "version", "title", "teaches", "roles", "days", "own_word", "owner", "digest", "note",
            "written_by", "written_at",
        ]  # fmt: skip
        read_only_fields = fields


class CompletionSerializer(serializers.ModelSerializer[Completion]):
    """That a person completed a course. It counts from ``completed_on`` until before ``runs_out_on``, in UTC."""

    course = serializers.CharField(source="version.course.ref", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    person = serializers.CharField(source="person.username", read_only=True)
    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True)

    class Meta:
        model = Completion
        fields = [
            "id", "course", "version", "person", "completed_on", "runs_out_on", "evidence", "recorded_by",
            "recorded_at", "withdrawn_at", "withdrawn_reason",
        ]  # fmt: skip
        read_only_fields = fields
