"""``/api/v1/calendar/``: what is planned, what is frozen, and what collides."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.accounts.selectors import team_named
from apps.api.serializers.calendar import (
    BookingSerializer,
    ConflictSerializer,
    FreezeSerializer,
    NewFreezeSerializer,
)
from apps.api.views.base import Resource
from apps.calendar.enums import FreezeScope
from apps.calendar.models import Booking, Freeze
from apps.calendar.rules import YEARS, Scope, span_from_local
from apps.calendar.selectors import (
    booking_exists,
    booking_for,
    bookings_between,
    conflicts_of,
    freeze_exists,
    freeze_for,
    freezes_between,
)
from apps.calendar.services import declare_freeze, lift_freeze
from apps.catalog.selectors import component_for
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
    except ValueError as error:
        raise Invalid({name: ["Give a time such as 2026-11-19T06:00:00Z."]}) from error
    if moment.year not in YEARS:
        raise Invalid({name: [f"Choose a year from {YEARS[0]} to {YEARS[-1]}."]})
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@extend_schema(parameters=PERIOD)
class Bookings(Resource, ListAPIView[Booking]):
    """The windows that meet a period."""

    write_scope = TokenScope.CALENDAR
    serializer_class = BookingSerializer

    def get_queryset(self) -> QuerySet[Booking]:
        return bookings_between(self.user, *period_of(self.request))


class Freezes(Resource, ListAPIView[Freeze]):
    """The freezes that meet a period."""

    write_scope = TokenScope.CALENDAR
    serializer_class = FreezeSerializer

    def get_queryset(self) -> QuerySet[Freeze]:
        return freezes_between(self.user, *period_of(self.request)).select_related("team", "component")

    @extend_schema(parameters=PERIOD)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the freezes that meet a period."""
        return self.list(request)

    @extend_schema(request=NewFreezeSerializer, responses={201: FreezeSerializer})
    def post(self, request: Request) -> Response:
        """Declare a freeze. What is already planned inside it is in conflict from now on."""
        asked = NewFreezeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = asked.validated_data
        freeze = declare_freeze(
            actor=self.actor,
            name=content["name"],
            reason=content["reason"],
            span=span_from_local(content["local_start"], content["local_end"], content["time_zone"]),
            scope=self._scope(content),
        )
        return Response(FreezeSerializer(freeze).data, status=status.HTTP_201_CREATED)

    def _scope(self, content: dict[str, Any]) -> Scope:
        team = component = None
        if slug := content["team"]:
            team = team_named(slug)
            if team is None:
                raise Invalid({"team": [f"There is no team “{slug}”."]})
        if key := content["component"]:
            component = component_for(self.user, key)
            if component is None:
                raise Invalid({"component": [f"There is no component “{key}”."]})
        return Scope(
            FreezeScope(content["scope"]),
            team_id=team.pk if team else None,
            component_id=component.pk if component else None,
            kind=content["kind"],
            tier=content["tier"],
        )


class LiftFreeze(Resource):
    write_scope = TokenScope.CALENDAR

    @extend_schema(request=None, responses=FreezeSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """End a freeze for good."""
        freeze = freeze_for(self.user, ref) or self.missing("freeze", ref, exists=freeze_exists(ref))
        return Response(FreezeSerializer(lift_freeze(actor=self.actor, freeze=freeze)).data)


class Conflicts(Resource):
    write_scope = TokenScope.CALENDAR

    @extend_schema(responses=ConflictSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Return what a booking, such as CHG-1042, collides with."""
        booking = booking_for(self.user, ref) or self.missing("booking", ref, exists=booking_exists(ref))
        return Response(ConflictSerializer(conflicts_of(booking.ref), many=True).data)
