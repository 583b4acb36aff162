"""Exports as JSON."""

from typing import Any

from rest_framework import serializers

from apps.exports.enums import Column, ExportFormat, ExportSubject, Withheld
from apps.exports.models import ExportJob
from apps.exports.rules.orders import Order, Scope


class ExportSerializer(serializers.ModelSerializer[ExportJob]):
    """An export: days from ``start`` to ``end``, both included, in UTC; ``done`` of ``total`` records written.

    ``order`` is all that was asked for.
    """

    requester = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = ExportJob
        fields = [
            "ref", "requester", "start", "end", "subject", "format", "order", "state", "done", "total", "percent",
            "sha256", "size", "error", "created_at", "finished_at", "expires_at",
        ]  # fmt: skip


class NewExportSerializer(serializers.Serializer[Any]):
    """An order. Only the days must be given: the rest narrows it, or says in which form it comes."""

    start = serializers.DateField(help_text="The first day, in UTC")
    end = serializers.DateField(help_text="The last day, in UTC; it is included")
    subject = serializers.ChoiceField(ExportSubject.choices, default=ExportSubject.ENTRIES)
    format = serializers.ChoiceField(ExportFormat.choices, default=ExportFormat.BUNDLE)
    component = serializers.CharField(
        max_length=250, default="", allow_blank=True, help_text="Only what is about this component: its key"
    )
    change = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text="Only what is about this change: its number"
    )
    person = serializers.CharField(
        max_length=150, default="", allow_blank=True, help_text="Only what this person did: their username"
    )
    events = serializers.ListField(
        child=serializers.CharField(max_length=80),
        max_length=50,
        default=list,
        help_text="Only these events; one that ends with a dot stands for all that begin so",
    )
    fields_ = serializers.ListField(
        child=serializers.ChoiceField(Column.choices),
        default=list,
        help_text="The columns of a table; none: all",
    )
    withheld = serializers.ListField(
        child=serializers.ChoiceField(Withheld.choices), default=list, help_text="What is left out"
    )
    seed = serializers.CharField(
        max_length=60,
        default="",
        allow_blank=True,
        help_text="For a sample: the same seed draws the same changes",
    )

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; ``fields`` is no name that a serializer's class may give one of its own."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}

    def order(self) -> Order:
        """Return the order that was asked for."""
        given = self.validated_data
        scope = {name: given[name] for name in ("start", "end", "component", "change", "person")}
        return Order(
            Scope(**scope, events=tuple(given["events"])),
            subject=ExportSubject(given["subject"]),
            format=ExportFormat(given["format"]),
            fields=tuple(given["fields"]),
            withheld=tuple(given["withheld"]),
            seed=given["seed"],
        )
