"""``/api/v1/changes/CHG-1042/messages/``: what people are told of a change, and when."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.briefings import MessageSerializer, PlanMessageSerializer
from apps.api.views.base import Resource
from apps.changes.models import Change
from apps.changes.selectors import attach_decision, change_exists, change_for
from apps.changes.selectors.messages import message_of, messages_of
from apps.changes.services import drop_message, plan_message


class MessageResource(Resource):
    write_scope = TokenScope.CHANGES

    def change(self, ref: str) -> Change:
        return change_for(self.user, ref) or self.missing("change", ref, exists=change_exists(ref))

    def listed(self, change: Change) -> Any:
        return MessageSerializer(messages_of(change), many=True).data


class Messages(MessageResource):
    @extend_schema(operation_id="changes_messages_list", responses=MessageSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return the messages of a change: what each will say to both audiences, and each sending as it went."""
        return Response(self.listed(self.change(ref)))

    @extend_schema(request=PlanMessageSerializer, responses={201: MessageSerializer(many=True)})
    def post(self, request: Request, ref: str) -> Response:
        """Plan a message, and return all of them."""
        change = self.change(ref)
        attach_decision(change, self.actor).require()
        given = PlanMessageSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        plan_message(actor=self.actor, change=change, **given.validated_data)
        return Response(self.listed(change), status=status.HTTP_201_CREATED)


class DropMessage(MessageResource):
    @extend_schema(request=None, responses=MessageSerializer(many=True))
    def post(self, request: Request, ref: str, number: int) -> Response:  # noqa: ARG002
        """Take back a message that has not gone out, and return those that are left."""
        change = self.change(ref)
        attach_decision(change, self.actor).require()
        message = message_of(change, number) or self.missing("message", str(number), exists=False)
        drop_message(actor=self.actor, message=message)
        return Response(self.listed(change))
