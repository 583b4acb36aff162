"""Bookings, freezes and conflicts, as JSON. Times are UTC, with the zone and wall-clock that were meant."""

from typing import Any

from rest_framework import serializers

from apps.calendar.enums import FreezeScope
from apps.calendar.models import Booking, Freeze
from apps.catalog.enums import ComponentKind

WALL_CLOCK = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"


class SpanSerializer(serializers.Serializer[Any]):
    """A half-open time [start, end) as a person means it: wall-clock in an IANA zone."""

    local_start = serializers.RegexField(WALL_CLOCK, help_text="2026-11-19T06:00")
    local_end = serializers.RegexField(WALL_CLOCK)
    time_zone = serializers.CharField(max_length=64, help_text="IANA name, such as Europe/London")


class BookingSerializer(serializers.ModelSerializer[Booking]):
    class Meta:
        model = Booking
        fields = ["ref", "title", "url", "state", "start", "end", "time_zone", "local_start", "local_end"]


class FreezeSerializer(serializers.ModelSerializer[Freeze]):
    team = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    component = serializers.SlugRelatedField(slug_field="key", read_only=True)
    ref = serializers.SerializerMethodField()

    class Meta:
        model = Freeze
        fields = [
            "ref", "name", "reason", "scope", "team", "component", "kind", "tier", "start", "end",
            "time_zone", "local_start", "local_end", "lifted_at",
        ]  # fmt: skip

    def get_ref(self, freeze: Freeze) -> str:
        return freeze.ledger_ref()[1]


class NewFreezeSerializer(SpanSerializer):
    """What declaring a freeze takes. ``scope`` says which of team, component, kind and tier is read."""

    name = serializers.CharField(max_length=120)
    reason = serializers.CharField()
    scope = serializers.ChoiceField(FreezeScope.choices)
    team = serializers.CharField(required=False, allow_blank=True, default="", help_text="A team's slug")
    component = serializers.CharField(required=False, allow_blank=True, default="", help_text="A key")
    kind = serializers.ChoiceField(ComponentKind.choices, required=False, allow_blank=True, default="")
    tier = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=4)


class ConflictSerializer(serializers.Serializer[Any]):
    """A conflict as one side sees it. ``ref`` names the other side; the two meet in [start, end)."""

    kind = serializers.CharField()
    severity = serializers.CharField()
    ref = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    path = serializers.ListField(
        child=serializers.CharField(), help_text="Component keys, as the impact runs"
    )
