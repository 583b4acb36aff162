"""``/api/v1/changes/CHG-1042/go-ahead/``: letting an urgent change go ahead before everyone has signed."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.emergency import GoAheadIntentSerializer, GoAheadSerializer, WentAheadSerializer
from apps.api.views.changes import ChangeResource
from apps.approvals.enums import AuthMethod
from apps.approvals.rules.intents import Proof
from apps.approvals.selectors import break_glass_of
from apps.changes.selectors import may_let_go_ahead_now
from apps.changes.services import let_go_ahead, show_letting_go
from apps.core import clock


class GoAheadResource(ChangeResource):
    write_scope = TokenScope.APPROVALS

    @property
    def session(self) -> str:
        """Return what stands for a session here: the token."""
        return f"token:{self.actor.ident}"


class GoAheadIntent(GoAheadResource):
    @extend_schema(request=None, responses={201: GoAheadIntentSerializer})
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Say that this person is about to let a change go ahead. The answer has the nonce to do it with."""
        change = self.change(ref)
        may_let_go_ahead_now(self.user, change).require()
        intent = show_letting_go(actor=self.actor, change=change, session=self.session)
        return Response(GoAheadIntentSerializer(intent).data, status=status.HTTP_201_CREATED)


class GoAhead(GoAheadResource):
    @extend_schema(request=GoAheadSerializer, responses={201: WentAheadSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Let an urgent change go ahead before everyone has signed. The password proves who does it."""
        change = self.change(ref)
        # Whoever may not do it learns that, and not that a field is empty.
        may_let_go_ahead_now(self.user, change).require()
        asked = GoAheadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        self.prove(given.pop("password"), given.pop("code"))
        proof = Proof(given.pop("nonce"), self.session, AuthMethod.TOKEN, clock.now())
        done = let_go_ahead(actor=self.actor, change=change, proof=proof, **given)
        return Response(WentAheadSerializer(break_glass_of(done.round)).data, status=status.HTTP_201_CREATED)
