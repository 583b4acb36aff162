"""``/api/v1/changes/``: proposing a change, reading it, and taking it from step to step."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.drafts import save_parts
from apps.api.serializers.changes import (
    BlockerSerializer,
    ChangeDetailSerializer,
    ChangeSerializer,
    DraftSerializer,
    ReasonSerializer,
)
from apps.api.views.base import Resource
from apps.changes import services
from apps.changes.enums import ChangeClass, ChangeState
from apps.changes.models import Change, ImpactNote
from apps.changes.selectors import (
    Filters,
    blockers_of,
    change_exists,
    change_for,
    is_revised_by_other,
    matching,
)

FILTERS = [
    OpenApiParameter("q", str, description="Words, or a reference such as CHG-1042"),
    OpenApiParameter("state", str, enum=ChangeState.values),
    OpenApiParameter("change_class", str, enum=ChangeClass.values),
    OpenApiParameter("component", str, description="A component's key"),
]
# What a change shows of other tables, so that its size does not move the number of queries.
PARTS = (
    "items__component",
    "items__from_version",
    "items__to_version",
    "success_metrics",
    "rollback_criteria",
    "risk_scenarios",
    "plan_steps__lead",
    "plan_steps__after",
    Prefetch("impact_notes", ImpactNote.objects.select_related("component")),
)
WITH_REASON: dict[str, Callable[..., Change]] = {
    "withdraw": services.withdraw_change,
    "hold": services.hold_change,
    "roll-back": services.roll_back_change,
    "fail": services.fail_change,
}
STEPS: dict[str, Callable[..., Change]] = {
    "submit": services.submit_change,
    "revise": services.revise_change,
    "resume": services.resume_change,
    "start": services.start_change,
    "complete": services.complete_change,
    "close": services.close_change,
}


class ChangeResource(Resource):
    """One change by its reference."""

    write_scope = TokenScope.CHANGES

    def answer(self, change: Change) -> Response:
        """Return everything of a change, as it was submitted last while another person revises it."""
        context = {"frozen": is_revised_by_other(change, self.user)}
        return Response(ChangeDetailSerializer(change, context=context).data)

    def change(self, ref: str) -> Change:
        return change_for(self.user, ref) or self.missing("change", ref, exists=change_exists(ref))


class Changes(Resource, ListAPIView[Change]):
    """The changes that this person may see, newest first."""

    write_scope = TokenScope.CHANGES
    serializer_class = ChangeSerializer

    def get_queryset(self) -> QuerySet[Change]:
        asked = self.request.query_params
        filters = Filters(
            text=asked.get("q", ""),
            state=asked.get("state", ""),
            change_class=asked.get("change_class", ""),
            component=asked.get("component", ""),
        )
        return matching(self.user, filters).select_related("requester")

    @extend_schema(parameters=FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the changes that this person may see, newest first."""
        return self.list(request)

    @extend_schema(request=DraftSerializer, responses={201: ChangeDetailSerializer})
    def post(self, request: Request) -> Response:
        """Begin a draft, with as much of it as is known."""
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            change = services.start_draft(actor=self.actor)
            change = save_parts(actor=self.actor, change=change, content=asked.validated_data)
        return Response(ChangeDetailSerializer(change).data, status=status.HTTP_201_CREATED)


class ChangeDetail(ChangeResource):
    @extend_schema(responses=ChangeDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return everything of a change."""
        change = self.change(ref)
        prefetch_related_objects([change], *PARTS)
        return self.answer(change)

    @extend_schema(request=DraftSerializer, responses=ChangeDetailSerializer)
    def patch(self, request: Request, ref: str) -> Response:
        """Write parts of a draft."""
        change = self.change(ref)
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        change = save_parts(actor=self.actor, change=change, content=asked.validated_data)
        return self.answer(change)


class Blockers(ChangeResource):
    @extend_schema(responses=BlockerSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Return what blocks a change, who can clear it, and how."""
        return Response(BlockerSerializer(blockers_of(self.change(ref), self.user), many=True).data)


class ChangeStep(ChangeResource):
    """Take a change one step on."""

    @extend_schema(
        operation_id="changes_step",
        request=ReasonSerializer,
        responses=ChangeDetailSerializer,
        parameters=[OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*STEPS, *WITH_REASON])],
    )
    def post(self, request: Request, ref: str, step: str) -> Response:
        """Submit, revise, withdraw, hold, resume, start, complete, roll back, fail or close a change."""
        change = self.change(ref)
        if step in STEPS:
            change = STEPS[step](actor=self.actor, change=change)
        elif step in WITH_REASON:
            asked = ReasonSerializer(data=request.data)
            asked.is_valid(raise_exception=True)
            change = WITH_REASON[step](actor=self.actor, change=change, reason=asked.validated_data["reason"])
        else:
            self.missing("step", step, exists=False)
        return self.answer(change)
