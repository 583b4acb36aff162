"""``/api/v1/approvals/``: what waits for this person's signature, and signing it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.approvals import (
    IntentSerializer,
    RequirementSerializer,
    SignatureSerializer,
    SignSerializer,
)
from apps.api.views.base import Resource
from apps.approvals.enums import AuthMethod
from apps.approvals.models import Requirement, Signature
from apps.approvals.selectors import (
    inbox_for,
    may_sign_now,
    requirement_exists,
    requirement_for,
    signature_exists,
    signature_for,
)
from apps.approvals.services import Proof, show_signing, sign
from apps.changes.selectors import since_signed
from apps.core import clock


class Approvals(Resource, ListAPIView[Requirement]):
    """What needs this person's signature, soonest first."""

    write_scope = TokenScope.APPROVALS
    serializer_class = RequirementSerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Requirement]:
        return inbox_for(self.user, "needs_me")[:200]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with each of them, and with what changed since somebody decided on an earlier revision."""
        rows = list(self.get_queryset())
        context = {**self.get_serializer_context(), "since": since_signed(rows)}
        return Response(RequirementSerializer(rows, many=True, context=context).data)


class Asked(Resource):
    """A requirement that a call names."""

    write_scope = TokenScope.APPROVALS

    def asked(self, pk: int) -> Requirement:
        """Return the requirement, or answer 404."""
        return requirement_for(self.user, pk) or self.missing(
            "requirement", str(pk), exists=requirement_exists(pk)
        )

    @property
    def session(self) -> str:
        """Return what stands for a session here: the token."""
        return f"token:{self.actor.ident}"


class Intent(Asked):
    @extend_schema(request=None, responses={201: IntentSerializer})
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Say that this person is about to sign. The answer has what they would say, and the nonce to sign with."""
        requirement = self.asked(pk)
        may_sign_now(self.user, requirement).require()
        intent = show_signing(actor=self.actor, requirement=requirement, session=self.session)
        return Response(IntentSerializer(intent).data, status=status.HTTP_201_CREATED)


class Sign(Asked):
    @extend_schema(request=SignSerializer, responses={201: SignatureSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Sign a requirement. The digest must be the one in force; the password proves who signs."""
        requirement = self.asked(pk)
        asked = SignSerializer(data=request.data)
        if not asked.is_valid():
            # Whoever may not sign learns that, and not how a signature is sent.
            may_sign_now(self.user, requirement).require()
            raise ValidationError(asked.errors)
        self.prove(asked.validated_data.pop("password"), asked.validated_data.pop("code"))
        nonce = asked.validated_data.pop("nonce")
        proof = Proof(nonce, self.session, AuthMethod.TOKEN, clock.now())
        signature = sign(actor=self.actor, requirement=requirement, proof=proof, **asked.validated_data)
        return Response(SignatureSerializer(signature).data, status=status.HTTP_201_CREATED)


class Signatures(Resource):
    """A signature that a call names."""

    write_scope = TokenScope.APPROVALS

    def signature(self, pk: int) -> Signature:
        """Return the signature, or answer 404."""
        return signature_for(self.user, pk) or self.missing("signature", str(pk), exists=signature_exists(pk))


class SignatureDetail(Signatures):
    @extend_schema(responses=SignatureSerializer)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return a signature with its printed name, UTC time and meaning."""
        return Response(SignatureSerializer(self.signature(pk)).data)


class Attestation(Signatures):
    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: int) -> HttpResponse:  # noqa: ARG002
        """Return the attestation of a signature, byte for byte: an in-toto statement in a DSSE envelope."""
        return HttpResponse(self.signature(pk).attestation, content_type="application/json")
