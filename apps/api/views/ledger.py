"""``/api/v1/ledger/key``: the public key that the auditor's verifier takes, and ``keys``: all that came before it."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.serializers.ledger import KeyHistory
from apps.audit.selectors import key_history, public_key_text


class LedgerKey(APIView):
    """Public on purpose: a key that only insiders can read proves nothing to outsiders."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Return the ledger's public key, as ``python verify.py bundle.zip --key FILE`` reads it."""
        return HttpResponse(public_key_text(), content_type="text/plain; charset=utf-8")


class LedgerKeys(APIView):
    """Public for the same reason: who pinned an older key follows it from here to the newest."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses=KeyHistory)
    def get(self, request: Request) -> Response:
        """Return all keys of the ledger and its epochs, oldest first, as a bundle's ``keys.json`` holds them."""
        return Response(key_history())
