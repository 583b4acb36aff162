"""``/api/v1/rules/waivers/``: waivers of rules."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.rules import (
    AskRuleWaiverSerializer,
    RuleWaiverDetailSerializer,
    RuleWaiverSerializer,
)
from apps.api.views.base import Resource, number_in
from apps.gates.services import ask_rule_waiver, end_rule_waiver
from apps.policy.models import RuleWaiver
from apps.policy.selectors import may_ask_waiver, may_end_waiver, waiver_exists, waiver_for, waivers_for


class Waivers(Resource, ListAPIView[RuleWaiver]):
    """The waivers of rules, newest first."""

    write_scope = TokenScope.RULES
    serializer_class = RuleWaiverSerializer

    def get_queryset(self) -> QuerySet[RuleWaiver]:
        return waivers_for(self.user)

    @extend_schema(request=AskRuleWaiverSerializer, responses={201: RuleWaiverDetailSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a waiver of one rule or check, for one change or component. It counts once all asked have signed."""
        may_ask_waiver(self.actor).require()
        asked = AskRuleWaiverSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = ask_rule_waiver(actor=self.actor, **asked.validated_data)
        return Response(RuleWaiverDetailSerializer(made).data, status=status.HTTP_201_CREATED)


class WaiverResource(Resource):
    """One waiver by its reference, such as RWV-3."""

    write_scope = TokenScope.RULES

    def waiver(self, ref: str) -> RuleWaiver:
        number = number_in(ref, "RWV-")
        return waiver_for(self.user, number) or self.missing("rule_waiver", ref, exists=waiver_exists(number))


class WaiverDetail(WaiverResource):
    @extend_schema(operation_id="rules_waivers_read", responses=RuleWaiverDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a waiver, and who is asked to sign it."""
        return Response(RuleWaiverDetailSerializer(self.waiver(ref)).data)


class EndWaiver(WaiverResource):
    @extend_schema(request=None, responses=RuleWaiverDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Take a waiver back: the rule counts again. Twice is once."""
        waiver = self.waiver(ref)
        may_end_waiver(self.actor, waiver).require()
        return Response(RuleWaiverDetailSerializer(end_rule_waiver(actor=self.actor, waiver=waiver)).data)
