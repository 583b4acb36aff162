"""Bookings, periods and conflicts, as JSON. Times are UTC, with the zone and wall-clock that were meant."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from apps.calendar.enums import DispositionSort, Outcome, PeriodKind
from apps.calendar.models import Booking, Occurrence, Period
from apps.calendar.rules.dispositions import REASON_LIMIT
from apps.calendar.selectors.outcomes import WHAT_TO_DO, Fate

WALL_CLOCK = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"


class SpanSerializer(serializers.Serializer[Any]):
    """A half-open time [start, end) as a person means it: wall-clock in an IANA zone."""

    local_start = serializers.RegexField(WALL_CLOCK, help_text="2026-11-19T06:00")
    local_end = serializers.RegexField(WALL_CLOCK)
    time_zone = serializers.CharField(max_length=64, help_text="IANA name, such as Europe/London")


class BookingSerializer(serializers.ModelSerializer[Booking]):
    class Meta:
        model = Booking
        fields = [
            "ref",
            "title",
            "url",
            "state",
            "change_class",
            "start",
            "end",
            "time_zone",
            "local_start",
            "local_end",
        ]


class PeriodSerializer(serializers.ModelSerializer[Period]):
    """A period as it was planned; its instances are at ``calendar/periods/``, by the time that is asked for."""

    ref = serializers.CharField()
    owner = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Period
        fields = [
            "ref", "name", "reason", "kind", "scope", "owner", "start", "end", "time_zone", "local_start",
            "local_end", "rrule", "exdates", "rdates", "lifted_at",
        ]  # fmt: skip


class OccurrenceSerializer(serializers.ModelSerializer[Occurrence]):
    """One instance [start, end) of a period."""

    ref = serializers.CharField(source="period.ref")
    name = serializers.CharField(source="period.name")
    kind = serializers.CharField(source="period.kind")
    scope = serializers.JSONField(source="period.scope")

    class Meta:
        model = Occurrence
        fields = ["ref", "name", "kind", "scope", "start", "end"]


class NewPeriodSerializer(SpanSerializer):
    """What planning a period takes. Without an RRULE it comes once; a scope that names nothing covers everything."""

    name = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=4000)
    kind = serializers.ChoiceField(PeriodKind.choices, default=PeriodKind.FREEZE)
    scope = serializers.JSONField(
        default=dict,
        help_text=(
            "{covers: {facet: [values]}, leaves_out: {…}}. Facets: component (keys), team (slugs), kind, tier, tag, "
            "environment, change_class. All that are covered must match; any that is left out does not count."
        ),
    )
    rrule = serializers.CharField(
        max_length=400, allow_blank=True, default="", help_text="RFC 5545: FREQ=WEEKLY;BYDAY=SA"
    )
    exdates = serializers.ListField(
        child=serializers.CharField(max_length=16), default=list, max_length=1000, help_text="2026-12-26"
    )
    rdates = serializers.ListField(
        child=serializers.RegexField(WALL_CLOCK), default=list, max_length=1000, help_text="2026-12-26T23:00"
    )
    on_call = serializers.ListField(
        child=serializers.CharField(max_length=150), default=list, max_length=50, help_text="Usernames"
    )


class LiftSerializer(serializers.Serializer[Any]):
    """Why a period ends before its time."""

    reason = serializers.CharField(max_length=2000)


class SkipSerializer(LiftSerializer):
    """Which coming time of a series is left out, and why."""

    start = serializers.DateTimeField(
        default_timezone=UTC,
        help_text="When that time starts, as the instances say it; UTC without an offset",
    )


class NewOutcomeSerializer(serializers.Serializer[Any]):
    """What becomes of a change that a period keeps back."""

    change = serializers.CharField(max_length=20, help_text="Its reference, such as CHG-1042")
    outcome = serializers.ChoiceField(Outcome.choices)
    reason = serializers.CharField(
        max_length=REASON_LIMIT,
        allow_blank=True,
        default="",
        help_text="Needed for an exception and for an exemption",
    )


class OutcomeSerializer(serializers.Serializer[Any]):
    """A change that a period keeps back, with what becomes of it: it moves where nothing was said."""

    change = serializers.CharField(source="booking.ref")
    title = serializers.CharField(source="booking.title")
    url = serializers.CharField(source="booking.url")
    start = serializers.DateTimeField(source="booking.start")
    end = serializers.DateTimeField(source="booking.end")
    under_way = serializers.BooleanField(help_text="It runs: its stage is finished, then it holds")
    outcome = serializers.ChoiceField(Outcome.choices)
    meaning = serializers.SerializerMethodField(help_text="What that means for its people, in plain words")
    reason = serializers.CharField(source="said.reason", default="")
    said_by = serializers.CharField(
        source="said.said_by.username", default=None, allow_null=True, help_text="Null when nobody said it"
    )
    said_at = serializers.DateTimeField(source="said.said_at", default=None, allow_null=True)

    def get_meaning(self, fate: Fate) -> str:
        """Return what the outcome means for whoever planned the change."""
        return WHAT_TO_DO[fate.outcome]


class SettledSerializer(serializers.Serializer[Any]):
    """What people decided about a conflict: while it holds, the conflict keeps nothing from going out."""

    sort = serializers.ChoiceField(DispositionSort.choices)
    sentence = serializers.CharField(help_text="What was decided, in plain words")
    until = serializers.DateTimeField(
        allow_null=True, help_text="When the conflict counts again; null for as long as it stands"
    )
    ref = serializers.CharField(help_text="Of a waiver, such as WVR-3; else empty")


class ConflictSerializer(serializers.Serializer[Any]):
    """A conflict as one side sees it. ``ref`` names the other side; the two meet in [start, end)."""

    kind = serializers.CharField()
    severity = serializers.CharField()
    blocking = serializers.BooleanField(
        help_text="Whether it keeps the change from going out now: of that severity, and not settled"
    )
    settled = SettledSerializer(allow_null=True)
    ref = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    sentence = serializers.CharField(help_text="What is wrong, in plain words")
    path = serializers.ListField(
        child=serializers.CharField(), help_text="Component keys, as the impact runs"
    )
