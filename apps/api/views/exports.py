"""``/api/v1/exports/``: files of the ledger; a bundle is one that anyone can verify offline."""

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
from apps.exports.models import ExportJob
from apps.exports.selectors import export_exists, export_for, exports_visible_to
from apps.exports.services import cancel_export, fetch_export, request_export


class Exports(Resource, ListAPIView[ExportJob]):
    """Every export, newest first."""

    write_scope = TokenScope.EXPORTS
    serializer_class = ExportSerializer

    def get_queryset(self) -> QuerySet[ExportJob]:
        return exports_visible_to(self.user)

    @extend_schema(request=NewExportSerializer, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Ask for an export of the ledger. It is written in the background."""
        asked = NewExportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        job = request_export(actor=self.actor, order=asked.order())
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


class Cancelled(ExportResource):
    @extend_schema(request=None, responses=ExportSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """End an export before it is written. It leaves no file.

        Raises:
            IllegalTransition: it has ended already.
        """
        cancel_export(actor=self.actor, job=self.export(ref))
        return Response(ExportSerializer(self.export(ref)).data)


class File(ExportResource):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, ref: str) -> FileResponse:
        """Return the export's file. The ledger keeps who took it.

        Raises:
            IllegalTransition: it is not written yet, or may no longer be fetched.
        """
        job = self.export(ref)
        path = fetch_export(actor=self.actor, job=job)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"countersign-{path.name}")


class Bundle(File):
    """The file under its first name, from when every export was a bundle."""
