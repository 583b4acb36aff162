"""``/api/v1/rules/``: the rules that judge changes, by version, the draft of the next, and the facts they look at."""

from typing import NoReturn

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.rules import (
    BeginRulesSerializer,
    CheckedRulesSerializer,
    CheckRulesSerializer,
    FactsSerializer,
    ReadRulesSerializer,
    RulesDetailSerializer,
    RulesSerializer,
    WriteRulesSerializer,
)
from apps.api.views.base import IN_FORCE, Resource, number_in
from apps.core.errors import Invalid, Stale
from apps.gates.services import ask_rules_approval, withdraw_rules, write_rules
from apps.policy.models import PolicySet
from apps.policy.rules import CHECK, FACTS, unkeepable
from apps.policy.selectors import (
    draft_for,
    may_write_rules,
    problems_in,
    rules_in_force,
    set_exists,
    set_for,
    sets_for,
)
from apps.policy.services import start_draft


class Versions(Resource):
    write_scope = TokenScope.RULES

    @extend_schema(operation_id="rules_list", responses=RulesSerializer(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return every version of the rules, newest first."""
        return Response(RulesSerializer(sets_for(self.user), many=True).data)


class Version(Resource):
    write_scope = TokenScope.RULES

    @extend_schema(operation_id="rules_read", responses=RulesDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a version with its rules: RULES-2, or in-force for the one that judges now."""
        number = rules_in_force()[0] if ref == IN_FORCE else number_in(ref, "RULES-")
        found = set_for(self.user, number) or self.missing("rules", ref, exists=set_exists(number))
        return Response(RulesDetailSerializer(found).data)


class Facts(Resource):
    write_scope = TokenScope.RULES

    @extend_schema(responses=FactsSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return every fact that a rule may look at, with its type, its unit and what it means."""
        return Response(FactsSerializer({"facts": FACTS.values(), "check_fields": CHECK.values()}).data)


class DraftResource(Resource):
    """The draft in hand. There is one at most."""

    write_scope = TokenScope.RULES

    def held(self, digest: str) -> PolicySet:
        """Return the draft as it was read. Raises Stale when it says something else by now."""
        found = draft_for(self.user) or self.none()
        if found.digest != digest:
            raise Stale("Somebody has written on this draft since you read it.", remedy="Read it again.")
        return found

    def none(self) -> NoReturn:
        self.missing("rules", "draft", exists=False)

    def read_digest(self, request: Request) -> PolicySet:
        """Return the draft for a call of a writer's that names nothing but its digest."""
        may_write_rules(self.actor).require()
        asked = ReadRulesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self.held(asked.validated_data["digest"])


class Draft(DraftResource):
    @extend_schema(operation_id="rules_draft_read", responses=RulesDetailSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return the draft in hand, and what keeps it from being published, each problem at its place."""
        return Response(RulesDetailSerializer(draft_for(self.user) or self.none()).data)

    @extend_schema(
        operation_id="rules_draft_begin",
        request=BeginRulesSerializer,
        responses={201: RulesDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Begin a draft as a copy of the rules in force. 409 when one is in hand."""
        may_write_rules(self.actor).require()
        asked = BeginRulesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = start_draft(actor=self.actor, reason=asked.validated_data["reason"])
        return Response(RulesDetailSerializer(draft).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="rules_draft_write", request=WriteRulesSerializer, responses=RulesDetailSerializer
    )
    def patch(self, request: Request) -> Response:
        """Write on the draft. It is kept with its problems; 409 when somebody has written on it since it was read.

        Whoever was asked to approve it is asked no more.
        """
        may_write_rules(self.actor).require()
        asked = WriteRulesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        held = self.held(given["digest"])
        written = write_rules(
            actor=self.actor,
            policy_set=held,
            document=given.get("document", held.document),
            reason=given.get("reason", held.reason),
            seen=given["digest"],
        )
        return Response(RulesDetailSerializer(written).data)


class CheckDraft(Resource):
    write_scope = TokenScope.RULES

    @extend_schema(request=CheckRulesSerializer, responses=CheckedRulesSerializer)
    def post(self, request: Request) -> Response:
        """Return what is wrong with a document, with line and column in its expressions. Nothing is kept."""
        may_write_rules(self.actor).require()
        asked = CheckRulesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        document = asked.validated_data["document"]
        if said := unkeepable(document):
            raise Invalid({"document": said})
        return Response(CheckedRulesSerializer({"problems": problems_in(document)}).data)


class ApproveDraft(DraftResource):
    @extend_schema(request=ReadRulesSerializer, responses={201: RulesDetailSerializer})
    def post(self, request: Request) -> Response:
        """Ask for the approval of the draft as it was read. It judges nothing until others have signed its digest."""
        held = self.read_digest(request)
        ask_rules_approval(actor=self.actor, policy_set=held)
        return Response(RulesDetailSerializer(held).data, status=status.HTTP_201_CREATED)


class WithdrawDraft(DraftResource):
    @extend_schema(request=ReadRulesSerializer, responses=RulesDetailSerializer)
    def post(self, request: Request) -> Response:
        """Give the draft up. It stays on record, and nobody is asked about it any more."""
        held = withdraw_rules(actor=self.actor, policy_set=self.read_digest(request))
        return Response(RulesDetailSerializer(held).data)
