"""``/api/v1/gate/``: may this go out? One call, one verdict, and every reason with its remedy."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.enums import TokenScope
from apps.api.command import command
from apps.api.errors import problem
from apps.api.parsers import StorableJSON
from apps.api.serializers.gates import AnswerSerializer, AskSerializer
from apps.api.views.base import Resource, deny_missing
from apps.api.views.changes import ChangeResource
from apps.changes.selectors import change_exists, change_for
from apps.evidence.enums import Stage
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.selectors import decision_exists, decision_for, decisions_of, may_ask_gate
from apps.gates.services import Ask, ask_gate


class Gate(Resource):
    """A pass is answered with 200, everything else with 409: a call that only looks at the status stays closed too."""

    write_scope = TokenScope.EVIDENCE
    parser_classes = [StorableJSON, FormParser, MultiPartParser]

    @extend_schema(request=AskSerializer, responses={200: AnswerSerializer, 409: AnswerSerializer})
    def post(self, request: Request) -> Response:
        """Ask whether an artifact may pass a stage. The answer is kept, unless it is a dry run."""
        may_ask_gate(self.actor).require()
        asked = AskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        ref = given.pop("change")
        change = change_for(self.user, ref) or deny_missing(request, "change", ref, exists=change_exists(ref))
        stage, component = Stage(given.pop("stage")), given.pop("component")
        decision = ask_gate(
            actor=self.actor, change=change, ask=Ask(stage=stage, component_key=component, **given)
        )
        return answer(request, decision)


class Decisions(ChangeResource, ListAPIView[GateDecision]):
    """What the gate was asked about a change, and answered; the newest first."""

    write_scope = TokenScope.EVIDENCE
    serializer_class = AnswerSerializer

    def get_queryset(self) -> QuerySet[GateDecision]:
        return decisions_of(self.user, self.change(self.kwargs["ref"])).select_related("change")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return what the gate was asked about a change, the newest first."""
        return self.list(request)


class DecisionDetail(Resource):
    write_scope = TokenScope.EVIDENCE

    @extend_schema(responses=AnswerSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return one answer of the gate as it was given."""
        found = decision_for(self.user, ref) or self.missing("gate", ref, exists=decision_exists(ref))
        return Response(AnswerSerializer(found).data)


def answer(request: Request, decision: GateDecision) -> Response:
    """Return a decision as an answer: a pass as it is, all else as a problem document (RFC 9457) that holds it."""
    content = AnswerSerializer(decision).data
    for reason in content["failed"]:
        if reason["url"]:
            reason["url"] = request.build_absolute_uri(reason["url"])
    if decision.answer == Answer.PASS:
        return Response(content)
    says = content["failed"][0]["says"]
    return problem(request, status.HTTP_409_CONFLICT, "gate-closed", "The gate is closed", says, **content)


class Command(APIView):
    """Public on purpose: it holds nothing that is secret, and a pipeline fetches it before it has a token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponse:
        """Return the ``countersign`` command: one file that needs Python alone. ``docs/ci.md`` says how to use it."""
        response = HttpResponse(command(), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="countersign.pyz"'
        return response
