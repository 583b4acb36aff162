"""Bookings, freezes and conflicts, as JSON. Times are UTC, with the zone and wall-clock that were meant."""

from rest_framework import serializers

from apps.calendar.enums import FreezeScope
from apps.calendar.models import Booking, Conflict, Freeze
from apps.catalog.enums import ComponentKind

WALL_CLOCK = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"


class SpanSerializer(serializers.Serializer[None]):
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


class ConflictSerializer(serializers.ModelSerializer[Conflict]):
    """A conflict, from the side of ``booking``. It is the same row seen from the other side."""

    booking = serializers.SlugRelatedField(slug_field="ref", read_only=True)
    other = serializers.SlugRelatedField(slug_field="ref", read_only=True)
    freeze = serializers.SerializerMethodField()

    class Meta:
        model = Conflict
        fields = [
            "kind", "severity", "booking", "other", "freeze", "path", "found_at", "checked_at", "cleared_at",
        ]  # fmt: skip

    def get_freeze(self, conflict: Conflict) -> str | None:
        return conflict.freeze.ledger_ref()[1] if conflict.freeze else None
