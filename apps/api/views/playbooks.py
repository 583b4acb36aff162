"""``/api/v1/playbooks/``: what people do when something happens."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.playbooks import (
    PlaybookPlacesSerializer,
    PlaybookSaidSerializer,
    PlaybookSerializer,
    ReadPlaybookSerializer,
    RetirePlaybookSerializer,
    WritePlaybookSerializer,
)
from apps.api.views.base import Resource
from apps.playbooks.models import Playbook, PlaybookVersion
from apps.playbooks.rules import CONTENT
from apps.playbooks.selectors import (
    playbook_exists,
    playbook_for,
    playbook_in_force,
    playbooks_visible_to,
    read_decision,
    write_playbooks_decision,
)
from apps.playbooks.services import (
    acknowledge_playbook,
    add_playbook,
    place_playbook,
    retire_playbook,
    write_playbook,
)


class Playbooks(Resource, ListAPIView[PlaybookVersion]):
    """The playbooks with their versions in force, those in use first."""

    write_scope = TokenScope.PLAYBOOKS
    serializer_class = PlaybookSerializer

    def get_queryset(self) -> QuerySet[PlaybookVersion]:
        return playbooks_visible_to(self.user)

    @extend_schema(request=PlaybookSaidSerializer, responses={201: PlaybookSerializer})
    def post(self, request: Request) -> Response:
        """Add a playbook, in its first version."""
        write_playbooks_decision(self.actor).require()
        said = PlaybookSaidSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        made = add_playbook(actor=self.actor, content=said.validated_data)
        return Response(_shown(made), status=status.HTTP_201_CREATED)


class PlaybookResource(Resource):
    """One playbook by its reference, such as PB-1."""

    write_scope = TokenScope.PLAYBOOKS

    def playbook(self, ref: str) -> Playbook:
        return playbook_for(self.user, ref) or self.missing("playbook", ref, exists=playbook_exists(ref))


class PlaybookDetail(PlaybookResource):
    @extend_schema(operation_id="playbooks_read", responses=PlaybookSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a playbook as it stands."""
        return Response(_shown(self.playbook(ref)))

    @extend_schema(request=WritePlaybookSerializer, responses=PlaybookSerializer)
    def put(self, request: Request, ref: str) -> Response:
        """Write the next version. ``version`` is the one that was read; 409 when there is a newer one."""
        playbook = self.playbook(ref)
        write_playbooks_decision(self.actor).require()
        asked = WritePlaybookSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        written = write_playbook(
            actor=self.actor,
            playbook=playbook,
            content={name: given[name] for name in CONTENT if name in given},
            note=given["note"],
            version=given.get("version"),
        )
        return Response(_shown(written))


class PlaybookPlaces(PlaybookResource):
    @extend_schema(request=PlaybookPlacesSerializer, responses=PlaybookSerializer)
    def put(self, request: Request, ref: str) -> Response:
        """Say where a playbook is pointed out, in place of where it was."""
        playbook = self.playbook(ref)
        write_playbooks_decision(self.actor).require()
        asked = PlaybookPlacesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        placed = place_playbook(actor=self.actor, playbook=playbook, places=asked.validated_data)
        return Response(_shown(placed))


class ReadPlaybook(PlaybookResource):
    @extend_schema(request=ReadPlaybookSerializer, responses=PlaybookSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Say that one has read a version. Twice is once; 409 when another version is in force."""
        playbook = self.playbook(ref)
        read_decision(self.actor, playbook_in_force(playbook)).require()
        asked = ReadPlaybookSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        acknowledge_playbook(actor=self.actor, playbook=playbook, version=asked.validated_data["version"])
        return Response(_shown(playbook))


class RetirePlaybook(PlaybookResource):
    @extend_schema(request=RetirePlaybookSerializer, responses=PlaybookSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Retire a playbook. Its versions stay on record."""
        playbook = self.playbook(ref)
        write_playbooks_decision(self.actor).require()
        asked = RetirePlaybookSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        done = retire_playbook(actor=self.actor, playbook=playbook, reason=asked.validated_data["reason"])
        return Response(_shown(done))


def _shown(playbook: Playbook) -> object:
    return PlaybookSerializer(playbook_in_force(playbook)).data
