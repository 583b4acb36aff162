"""``/api/v1/changes/…/contracts/``: the new versions of contracts that a change brings."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.serializers.contracts import ProposeContractSerializer, ProposedContractSerializer
from apps.api.views.changes import ChangeResource
from apps.changes.models import Change
from apps.changes.selectors import Shown, contract_decision, contracts_shown
from apps.changes.services import propose_contract

_MOST_SHOWN = 200


class ChangeContracts(ChangeResource):
    """The new versions of contracts that a change brings, each with what it does to those who rely on it."""

    parser_classes = [MultiPartParser]

    @extend_schema(responses=ProposedContractSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Return the new versions that a change brings, with the gravest differences of each."""
        shown = self._shown(self.change(ref))
        return Response([ProposedContractSerializer(one).data for one in shown])

    @extend_schema(request=ProposeContractSerializer, responses={201: ProposedContractSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Propose a new definition of a contract that what the change moves provides. A large one is compared soon."""
        change = self.change(ref)
        contract_decision(change, self.actor).require()
        asked = ProposeContractSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        file = asked.validated_data["file"]
        row = propose_contract(
            actor=self.actor,
            change=change,
            contract=asked.validated_data["contract"],
            content=file.read(),
            file_name=file.name,
        )
        shown = next(one for one in self._shown(change) if one.row.pk == row.pk)
        return Response(ProposedContractSerializer(shown).data, status=status.HTTP_201_CREATED)

    def _shown(self, change: Change) -> list[Shown]:
        return contracts_shown(change, _MOST_SHOWN)
