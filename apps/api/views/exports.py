"""``/api/v1/exports/``: bundles of the ledger that anyone can verify offline."""

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.exports import ExportSerializer, NewExportSerializer
from apps.api.views.base import Resource
from apps.core.errors import Stale
from apps.exports.models import ExportJob
from apps.exports.rules.orders import Order, Scope
from apps.exports.selectors import export_exists, export_for, exports_visible_to, file_of
from apps.exports.services import request_export


class Exports(Resource, ListAPIView[ExportJob]):
    """Every export, newest first."""

    write_scope = TokenScope.EXPORTS
    serializer_class = ExportSerializer

    def get_queryset(self) -> QuerySet[ExportJob]:
        return exports_visible_to(self.user)

    @extend_schema(request=NewExportSerializer, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a bundle of the ledger. It is written in the background."""
        asked = NewExportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        job = request_export(actor=self.actor, order=Order(Scope(**asked.validated_data)))
        return Response(ExportSerializer(job).data, status=status.HTTP_202_ACCEPTED)


class ExportResource(Resource):
    """One export by its reference, such as EXP-7."""

    write_scope = TokenScope.EXPORTS

    def export(self, ref: str) -> ExportJob:
        return export_for(self.user, ref) or self.missing("export", ref, exists=export_exists(ref))


class ExportDetail(ExportResource):
    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return how far an export is."""
        return Response(ExportSerializer(self.export(ref)).data)


class Bundle(ExportResource):
    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, ref: str) -> FileResponse:
        """Return the bundle's file.

        Raises:
            Stale: it is not written yet, or may no longer be fetched.
        """
        job = self.export(ref)
        file = file_of(job)
        if file is None:
            raise Stale(
                "This bundle is not there to fetch.", remedy="Look at its state, or ask for a new one."
            )
        return FileResponse(file.open("rb"), as_attachment=True, filename=f"countersign-{job.ref}.zip")
