"""``/api/v1/approvals/``: what waits for this person's signature, and signing it."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.approvals import RequirementSerializer, SignatureSerializer, SignSerializer
from apps.api.views.base import Resource
from apps.approvals.enums import AuthMethod
from apps.approvals.models import Requirement
from apps.approvals.selectors import inbox_for, requirement_exists, requirement_for
from apps.approvals.services import sign


class Approvals(Resource, ListAPIView[Requirement]):
    """What needs this person's signature, soonest first."""

    write_scope = TokenScope.APPROVALS
    serializer_class = RequirementSerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Requirement]:
        return inbox_for(self.user, "needs_me")[:200]


class Sign(Resource):
    write_scope = TokenScope.APPROVALS

    @extend_schema(request=SignSerializer, responses={201: SignatureSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Sign a requirement. The digest must be the one in force; the password proves who signs."""
        requirement = requirement_for(self.user, pk) or self.missing(
            "requirement", str(pk), exists=requirement_exists(pk)
        )
        asked = SignSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        self.prove(asked.validated_data.pop("password"))
        signature = sign(
            actor=self.actor, requirement=requirement, auth_method=AuthMethod.TOKEN, **asked.validated_data
        )
        return Response(SignatureSerializer(signature).data, status=status.HTTP_201_CREATED)
