"""``/api/v1/policy/``: the approval policy; and ``/api/v1/changes/<ref>/asked/``: which rule asked whom."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.policy import ExplanationSerializer, PolicyDetailSerializer, PolicySerializer
from apps.api.views.base import IN_FORCE, Resource, number_in
from apps.api.views.changes import ChangeResource
from apps.approvals.rules import silence
from apps.approvals.selectors import (
    explanation_of,
    policy_for,
    policy_in_force,
    policy_numbered,
    policy_versions,
)


class Policies(Resource):
    write_scope = TokenScope.APPROVALS

    @extend_schema(operation_id="policy_list", responses=PolicySerializer(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return every version of the approval policy, newest first."""
        return Response(PolicySerializer(policy_versions(self.user), many=True).data)


class PolicyDetail(Resource):
    write_scope = TokenScope.APPROVALS

    @extend_schema(operation_id="policy_read", responses=PolicyDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a version with its rules: POLICY-2, or in-force for the one that a submission asks under."""
        number = policy_in_force().number if ref == IN_FORCE else number_in(ref, "POLICY-")
        found = policy_for(self.user, number) or self.missing(
            "policy", ref, exists=policy_numbered(number) is not None
        )
        return Response(PolicyDetailSerializer(found).data)


class ChangeAsked(ChangeResource):
    @extend_schema(responses=ExplanationSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return which rule of which version of the policy asked for each signature, and who can give it."""
        change = self.change(ref)
        round_ = change.round
        if round_ is None:
            self.missing("round of approval", ref, exists=False)
        why = explanation_of(round_)
        answer = {
            "change": change.ref,
            "revision": round_.revision,
            "policy": why.policy.ref if why.policy else None,
            "policy_digest": round_.policy_digest,
            "in_force": why.current.ref,
            "moved_on": why.moved_on,
            "asked": why.asked,
            "silent": [
                {"rule": rule.id, "why": silence(rule, change.change_class, round_.risk)}
                for rule in why.silent
            ],
        }
        return Response(ExplanationSerializer(answer).data)
