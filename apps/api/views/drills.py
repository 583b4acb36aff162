"""``/api/v1/drills/``: rehearsals of playbooks, timed."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.drills import (
    CancelDrillSerializer,
    DrillDetailSerializer,
    DrillSerializer,
    detail_of,
)
from apps.api.views.base import Resource
from apps.changes.services import cancel_drill, start_drill
from apps.playbooks.models import Drill
from apps.playbooks.selectors import (
    cancel_drill_decision,
    drill_exists,
    drill_for,
    drills_visible_to,
)
from apps.reviews.selectors import times_of


class Drills(Resource, ListAPIView[Drill]):
    """The drills, the newest first."""

    serializer_class = DrillSerializer
    write_scope = TokenScope.CHANGES

    def get_queryset(self) -> QuerySet[Drill]:
        return drills_visible_to(self.user)


class DrillResource(Resource):
    """One drill by its reference, such as DRL-1. To start or cancel one is to write a change."""

    write_scope = TokenScope.CHANGES

    def drill(self, ref: str) -> Drill:
        return drill_for(self.user, ref) or self.missing("drill", ref, exists=drill_exists(ref))

    def shown(self, ref: str) -> Response:
        drill = self.drill(ref)
        return Response(DrillDetailSerializer(detail_of(drill, times_of(drill))).data)


class DrillDetail(DrillResource):
    @extend_schema(operation_id="drills_read", responses=DrillDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a drill, with how long each step took."""
        return self.shown(ref)


class StartDrill(DrillResource):
    @extend_schema(request=None, responses=DrillDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Start a drill: its clock runs, and the change that rehearses it is drafted for its owner to fill in."""
        start_drill(actor=self.actor, drill=self.drill(ref))
        return self.shown(ref)


class CancelDrill(DrillResource):
    @extend_schema(request=CancelDrillSerializer, responses=DrillDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Cancel a drill, and withdraw the change that rehearses it; not once that has started."""
        drill = self.drill(ref)
        cancel_drill_decision(self.actor, drill).require()
        asked = CancelDrillSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        cancel_drill(actor=self.actor, drill=drill, reason=asked.validated_data["reason"])
        return self.shown(ref)
