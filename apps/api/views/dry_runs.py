"""``/api/v1/rules/dry-runs/``: what a draft of the rules would have decided on the last year's changes."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.dry_runs import DryRunChangeSerializer, DryRunDetailSerializer, DryRunSerializer
from apps.api.serializers.rules import ReadRulesSerializer
from apps.api.views.base import Resource, number_in
from apps.api.views.rules import DraftResource
from apps.gates.models import Rehearsal, Rehearsed
from apps.gates.selectors import rehearsals_for, rehearsed_for
from apps.gates.services import ask_rehearsal


class DryRuns(DraftResource, ListAPIView[Rehearsal]):
    """The dry runs, newest first."""

    serializer_class = DryRunSerializer

    def get_queryset(self) -> QuerySet[Rehearsal]:
        return rehearsals_for(self.user)

    @extend_schema(request=ReadRulesSerializer, responses={202: DryRunDetailSerializer})
    def post(self, request: Request) -> Response:
        """Judge the draft as it was read over the last year. It runs on its own: read it until it is done."""
        asked = ask_rehearsal(actor=self.actor, policy_set=self.read_digest(request))
        return Response(DryRunDetailSerializer(asked).data, status=status.HTTP_202_ACCEPTED)


class DryRunResource(Resource):
    """One dry run by its reference, such as DRY-3."""

    write_scope = TokenScope.RULES

    def run(self) -> Rehearsal:
        ref = self.kwargs["ref"]
        found = rehearsals_for(self.user).filter(pk=number_in(ref, "DRY-")).first()
        return found or self.missing("dry_run", ref, exists=False)


class DryRunDetail(DryRunResource):
    @extend_schema(operation_id="rules_dry_runs_read", responses=DryRunDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return how far a dry run is, and what it found so far."""
        return Response(DryRunDetailSerializer(self.run()).data)


class DryRunChanges(DryRunResource, ListAPIView[Rehearsed]):
    """The changes that would have gone another way, newest first, as the reader may see them."""

    serializer_class = DryRunChangeSerializer

    def get_queryset(self) -> QuerySet[Rehearsed]:
        return rehearsed_for(self.user, self.run())
