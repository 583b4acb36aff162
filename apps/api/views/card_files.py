"""``/api/v1/cards/{ref}/files/`` and ``…/import/``: model cards in the formats of others, and in print."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.serializers.card_files import (
    CardFileSerializer,
    CardFormatSerializer,
    CardImportedSerializer,
    CardImportSerializer,
    CardPreviewSerializer,
)
from apps.api.views.cards import CardResource
from apps.cards.rules.formats import FORMATS, read_file, write_file
from apps.cards.selectors import offers_for, write_decision
from apps.cards.services import import_card
from apps.core import clock
from apps.exports.selectors import card_head, card_said, said_in_files
from apps.exports.services.reports.card import card_report

_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, enum=[*FORMATS, "pdf"])
_KINDS = {
    (200, each.media_type): OpenApiTypes.OBJECT for each in FORMATS.values() if "json" in each.media_type
}
_KINDS |= {(200, kind): OpenApiTypes.BINARY for kind in ("text/markdown", "application/pdf")}


class CardFormats(CardResource):
    @extend_schema(responses=CardFormatSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Return the formats that a card can be had in, and what of it each cannot hold."""
        said = said_in_files(self.user, self.card(ref))
        content = [
            {
                "name": each.name,
                "label": each.label,
                "media_type": each.media_type,
                "lost": write_file(said, each.name).lost,
            }
            for each in FORMATS.values()
        ]
        return Response(CardFormatSerializer(content, many=True).data)


class CardFile(CardResource):
    @extend_schema(parameters=[_NAME], responses=_KINDS)
    def get(self, request: Request, ref: str, name: str) -> HttpResponse:
        """Return a card as a file of another format, or as a PDF for screen readers and print."""
        card = self.card(ref)
        if name == "pdf":
            now = clock.now()
            pdf = card_report(card_said(self.user, card), card_head(card, now), at=now)
            return HttpResponse(pdf, content_type="application/pdf")
        if name not in FORMATS:
            raise NotFound(f"There is no format “{name[:60]}”.")
        written = write_file(said_in_files(self.user, card), name)
        return HttpResponse(written.text, content_type=FORMATS[name].media_type)


class PreviewCardImport(CardResource):
    @extend_schema(request=CardFileSerializer, responses=CardPreviewSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Return what a file would change on a card, and what could not be taken. Nothing is changed."""
        card = self.card(ref)
        write_decision(self.actor, card).require()
        asked = CardFileSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        found, taken = read_file(given["file"].encode(), given.get("format", ""))
        content = {
            "format": found.name,
            "offers": offers_for(card, taken.content),
            "stated": taken.stated,
            "left": taken.left,
        }
        return Response(CardPreviewSerializer(content).data)


class ImportCard(CardResource):
    @extend_schema(request=CardImportSerializer, responses=CardImportedSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Take fields of a file onto a card as its next edition. Nothing is overwritten that ``take`` does not name."""
        card = self.card(ref)
        write_decision(self.actor, card).require()
        asked = CardImportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        done = import_card(
            actor=self.actor,
            card=card,
            data=given["file"].encode(),
            file_name=given["file_name"],
            format_name=given.get("format", ""),
            take=given.get("take"),
            edition=given.get("edition"),
        )
        return Response(CardImportedSerializer(done).data)
