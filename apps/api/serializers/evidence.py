"""Evidence over REST: what is sent, and what it comes to."""

from typing import Any

from rest_framework import serializers

from apps.evidence.enums import Stage
from apps.evidence.models import Report, Result
from apps.evidence.rules import MOST_BYTES, known_formats
from apps.evidence.services.receiving import KEY_LIMIT


class SendEvidenceSerializer(serializers.Serializer[Any]):
    """A file that a tool wrote, and what it cannot say itself."""

    file = serializers.FileField(
        help_text=f"What the tool wrote, at most {MOST_BYTES // 1_000_000} MB. Read are: {known_formats()}."
    )
    component = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="Key of the component that was measured; may be left out when the change moves one alone.",
    )
    artifact = serializers.CharField(
        max_length=71, default="", allow_blank=True, help_text="SHA-256 of what was measured: sha256:…"
    )
    stage = serializers.ChoiceField(
        Stage.choices,
        default="",
        allow_blank=True,
        help_text="The stage that it is for; default any that asks for it",
    )
    measured_at = serializers.DateTimeField(
        default=None, allow_null=True, help_text="When it was measured, where the file does not say"
    )
    source_url = serializers.URLField(
        max_length=500,
        default="",
        allow_blank=True,
        help_text="The run that measured it. It is never fetched.",
    )
    idempotency_key = serializers.CharField(
        max_length=KEY_LIMIT,
        default="",
        allow_blank=True,
        help_text="Sending again with the same key and content gives the same report.",
    )


class ReportSerializer(serializers.ModelSerializer[Report]):
    """A piece of evidence: what it is about, what it comes to, and how many results came to what."""

    ref = serializers.CharField(read_only=True)
    component = serializers.CharField(source="component.key", read_only=True)
    version = serializers.CharField(source="version.version", read_only=True)
    stage = serializers.ChoiceField(Stage.choices, read_only=True, allow_blank=True)
    champion = serializers.CharField(source="champion.version", default=None, allow_null=True, read_only=True)
    source_url = serializers.CharField(read_only=True, help_text="Of the run that measured it, or empty")
    file = serializers.CharField(source="file.digest", read_only=True, help_text="SHA-256 of the file")
    size = serializers.IntegerField(source="file.size", read_only=True, help_text="Of the file, in bytes")
    sent_by = serializers.CharField(source="sent_by.username", read_only=True)

    class Meta:
        model = Report
        fields = [
            "ref",
            "component",
            "version",
            "artifact",
            "stage",
            "format",
            "tool_version",
            "outcome",
            "partial",
            "counts",
            "champion",
            "measured_at",
            "received_at",
            "sent_by",
            "source_url",
            "file",
            "file_name",
            "size",
        ]
        read_only_fields = fields


class ResultSerializer(serializers.ModelSerializer[Result]):
    """One assertion of a piece of evidence."""

    class Meta:
        model = Result
        exclude = ["id", "report", "looked_at"]
