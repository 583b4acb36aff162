"""Exports as JSON."""

from typing import Any

from rest_framework import serializers

from apps.exports.models import ExportJob


class ExportSerializer(serializers.ModelSerializer[ExportJob]):
    """An export: days from ``start`` to ``end``, both included, in UTC; ``done`` of ``total`` entries written."""

    requester = serializers.SlugRelatedField(slug_field="username", read_only=True)

    class Meta:
        model = ExportJob
        fields = [
            "ref", "requester", "start", "end", "state", "done", "total", "percent", "sha256", "size", "error",
            "created_at", "finished_at", "expires_at",
        ]  # fmt: skip


class NewExportSerializer(serializers.Serializer[Any]):
    start = serializers.DateField(help_text="The first day, in UTC")
    end = serializers.DateField(help_text="The last day, in UTC; it is included")
