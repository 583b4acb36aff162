"""``/api/v1/approvals/together/``: several approvals with one proof of who signs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import problem
from apps.api.serializers.together import SignedTogetherSerializer, SignTogetherSerializer
from apps.api.views.approvals import Asked
from apps.approvals.enums import AuthMethod
from apps.approvals.services import Chosen, Outcome, Proof, sign_together
from apps.audit.services import record_denial
from apps.core import clock
from apps.core.errors import Forbidden


class SignTogether(Asked):
    @extend_schema(request=SignTogetherSerializer, responses={201: SignedTogetherSerializer})
    def post(self, request: Request) -> Response:
        """Approve several standard changes of low risk. Each is signed by itself; one that cannot be is left."""
        asked = SignTogetherSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sent = asked.validated_data
        chosen = [
            Chosen(self.asked(one["requirement"]), one["digest"], one["nonce"], one["checked"])
            for one in sent["items"]
        ]
        self.prove(sent["password"], sent["code"])
        proof = Proof("", self.session, AuthMethod.TOKEN, clock.now())
        outcome = sign_together(actor=self.actor, chosen=chosen, proof=proof)
        self._write_down(outcome)
        if not outcome.signed:
            return self._nothing(request, outcome)
        said = SignedTogetherSerializer({"signed": outcome.signed, "left": _left(outcome)})
        return Response(said.data, status=status.HTTP_201_CREATED)

    def _write_down(self, outcome: Outcome) -> None:
        """Leave an entry in the ledger for each that was refused."""
        for requirement, error in outcome.left:
            if isinstance(error, Forbidden):
                record_denial(
                    actor=self.actor, obj=requirement.round, action="approval.sign", reason=error.reason
                )

    def _nothing(self, request: Request, outcome: Outcome) -> Response:
        """Answer that nothing was signed, and why of each."""
        detail, left = "Nothing was signed. See the reasons under left.", _left(outcome)
        if any(isinstance(error, Forbidden) for _, error in outcome.left):
            return problem(request, 403, "forbidden", "You may not do this", detail, left=left)
        return problem(request, 409, "stale", "This has moved on", detail, left=left)


def _left(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {"requirement": asked.pk, "reason": error.reason, "remedy": error.remedy}
        for asked, error in outcome.left
    ]
