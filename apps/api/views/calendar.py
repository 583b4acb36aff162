"""``/api/v1/calendar/``: what is planned, what is frozen, and what collides."""

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.calendar import (
    BookingSerializer,
    ConflictSerializer,
    LiftSerializer,
    NewOutcomeSerializer,
    NewPeriodSerializer,
    OccurrenceSerializer,
    OutcomeSerializer,
    PeriodSerializer,
    SkipSerializer,
)
from apps.api.views.base import Resource
from apps.api.views.people import named
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Booking, Period
from apps.calendar.rules import YEARS, checked_recurrence, scope_from
from apps.calendar.selectors import (
    booking_exists,
    booking_for,
    bookings_between,
    conflicts_of,
    fates_of,
    period_exists,
    period_for,
    periods_between,
    planning_decision,
)
from apps.calendar.selectors.outcomes import Fate
from apps.calendar.services import PeriodPlan, lift_period, skip_time
from apps.changes.services import change_outcome, declare_period
from apps.core import clock
from apps.core.errors import Invalid

PERIOD = [
    OpenApiParameter(
        "from", OpenApiTypes.DATETIME, description="Start, UTC when no offset is given; default now"
    ),
    OpenApiParameter("to", OpenApiTypes.DATETIME, description="End, not included; default 28 days later"),
]


def period_of(request: Request) -> tuple[datetime, datetime]:
    """Return the asked period [from, to). Raises Invalid for what is no time, or ends before it starts."""
    start = _moment(request, "from") or clock.now()
    end = _moment(request, "to") or start + timedelta(days=28)
    if end <= start:
        raise Invalid({"to": ["The period must end after it starts."]})
    return start, end


def _moment(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid({name: ["Give a time such as 2026-11-19T06:00:00Z."]}) from error
    if moment.year not in YEARS:
        raise Invalid({name: [f"Choose a year from {YEARS[0]} to {YEARS[-1]}."]})
    return moment


@extend_schema(parameters=PERIOD)
class Bookings(Resource, ListAPIView[Booking]):
    """The windows that meet a period."""

    write_scope = TokenScope.CALENDAR
    serializer_class = BookingSerializer

    def get_queryset(self) -> QuerySet[Booking]:
        return bookings_between(self.user, *period_of(self.request))


class Periods(Resource):
    write_scope = TokenScope.CALENDAR

    @extend_schema(parameters=PERIOD, responses=OccurrenceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return the instances of freezes and other periods that meet a time, in order."""
        return Response(OccurrenceSerializer(periods_between(self.user, *period_of(request)), many=True).data)

    @extend_schema(request=NewPeriodSerializer, responses={201: PeriodSerializer})
    def post(self, request: Request) -> Response:
        """Plan a period: a freeze, a maintenance window, an event. What it holds is checked at once.

        Who may not plan what it covers is refused before its times are worked out.
        """
        asked = NewPeriodSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = asked.validated_data
        scope = scope_from(content["scope"])
        planning_decision(self.actor, scope).require()
        plan = PeriodPlan(
            name=content["name"],
            reason=content["reason"],
            kind=PeriodKind(content["kind"]),
            scope=scope,
            recurrence=checked_recurrence(
                **{name: content[name] for name in ("local_start", "local_end", "time_zone", "rrule")},
                exdates=tuple(content["exdates"]),
                rdates=tuple(content["rdates"]),
            ),
            owner=self.user,
            on_call=named(content["on_call"], "on_call"),
        )
        made = declare_period(actor=self.actor, plan=plan, outcomes={})
        return Response(PeriodSerializer(made).data, status=status.HTTP_201_CREATED)


class OnePeriod(Resource):
    write_scope = TokenScope.CALENDAR

    @extend_schema(responses=PeriodSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a period as it was planned."""
        return Response(PeriodSerializer(self.period(ref)).data)

    def period(self, ref: str) -> Period:
        found = period_for(self.user, ref)
        kind = "freeze" if ref.startswith("FRZ-") else "period"
        return found or self.missing(kind, ref, exists=period_exists(ref))


class LiftPeriod(OnePeriod):
    http_method_names = ["post", "options"]

    @extend_schema(request=LiftSerializer, responses=PeriodSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """End a period for good, and say why."""
        period = self.period(ref)
        asked = LiftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        lifted = lift_period(actor=self.actor, period=period, reason=asked.validated_data["reason"])
        return Response(PeriodSerializer(lifted).data)


class SkipTime(OnePeriod):
    http_method_names = ["post", "options"]

    @extend_schema(request=SkipSerializer, responses=PeriodSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Leave one coming time of a series out, and say why."""
        period = self.period(ref)
        asked = SkipSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        left = skip_time(actor=self.actor, period=period, **asked.validated_data)
        return Response(PeriodSerializer(left).data)


class Outcomes(OnePeriod):
    @extend_schema(responses=OutcomeSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return what becomes of each change that a period keeps back.

        A freeze keeps back what it falls on, and a maintenance window what it leaves outside.
        """
        return Response(OutcomeSerializer(fates_of(self.period(ref)), many=True).data)

    @extend_schema(request=NewOutcomeSerializer, responses=OutcomeSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Say what becomes of one of them. Its people are told; what was said before ends."""
        period = self.period(ref)
        asked = NewOutcomeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        booking = booking_for(self.user, given["change"])
        if booking is None:
            raise Invalid({"change": [f"There is no change “{given['change']}” on the calendar."]})
        said = change_outcome(
            actor=self.actor,
            period=period,
            booking=booking,
            outcome=given["outcome"],
            reason=given["reason"],
        )
        return Response(OutcomeSerializer(Fate(booking, said)).data)


class Conflicts(Resource):
    write_scope = TokenScope.CALENDAR

    @extend_schema(responses=ConflictSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Return what a booking, such as CHG-1042, collides with."""
        booking = booking_for(self.user, ref) or self.missing("booking", ref, exists=booking_exists(ref))
        return Response(ConflictSerializer(conflicts_of(booking.ref), many=True).data)
