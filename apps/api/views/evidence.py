"""``/api/v1/changes/…/evidence/`` and ``/api/v1/evidence/``: sending what was measured, and reading it."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.pagination import InPlace
from apps.api.serializers.evidence import ReportSerializer, ResultSerializer, SendEvidenceSerializer
from apps.api.views.base import Resource
from apps.api.views.changes import ChangeResource
from apps.changes.selectors import carries_out, evidence_decision, evidence_of, measured_version, report_seen
from apps.evidence.models import Report, Result
from apps.evidence.selectors import file_of, report_exists, results_of
from apps.evidence.services import Order, receive_evidence


class ChangeEvidence(ChangeResource, ListAPIView[Report]):
    """The evidence about what a change moves, the newest first."""

    write_scope = TokenScope.EVIDENCE
    serializer_class = ReportSerializer
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[Report]:
        return evidence_of(self.user, self.change(self.kwargs["ref"]))

    def get(self, request: Request, *args: str, **kwargs: str) -> Response:
        """Return the evidence about the versions that a change moves to, the newest first."""
        return self.list(request)

    @extend_schema(request=SendEvidenceSerializer, responses={200: ReportSerializer, 201: ReportSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Send a file that a tool wrote. What it is, is told by its content. The same file again changes nothing."""
        change = self.change(ref)
        evidence_decision(change, self.actor).require()
        asked = SendEvidenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        file = given.pop("file")
        version = measured_version(change, given.pop("component"))
        order = Order(version=version, content=file.read(), file_name=file.name, **given)
        received = receive_evidence(actor=self.actor, order=order, carries=carries_out(change, self.actor))
        return Response(
            ReportSerializer(received.report).data,
            status=status.HTTP_201_CREATED if received.created else status.HTTP_200_OK,
        )


class ReportResource(Resource):
    """One piece of evidence by its reference, such as EV-12."""

    write_scope = TokenScope.EVIDENCE

    def report(self, ref: str) -> Report:
        return report_seen(self.user, ref) or self.missing("evidence", ref, exists=report_exists(ref))


class ReportDetail(ReportResource):
    @extend_schema(responses=ReportSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return what a piece of evidence is about, and what it comes to."""
        return Response(ReportSerializer(self.report(ref)).data)


class Results(ReportResource, ListAPIView[Result]):
    """Each result of a piece of evidence, in the order of its file."""

    serializer_class = ResultSerializer
    pagination_class = InPlace

    def get_queryset(self) -> QuerySet[Result]:
        return results_of(self.report(self.kwargs["ref"]))

    def get(self, request: Request, *args: str, **kwargs: str) -> Response:
        """Return each result, in the order of the file."""
        return self.list(request)


class RawFile(ReportResource):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, ref: str) -> HttpResponse:
        """Return the file as it came, byte for byte."""
        report = self.report(ref)
        answer = HttpResponse(file_of(report), content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="{report.ref}"'
        return answer
