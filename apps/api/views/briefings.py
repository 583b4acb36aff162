"""``/api/v1/briefings/``: what the facts say of a change, a period or a portfolio, and the versions people wrote."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.briefings import (
    AskBriefingSerializer,
    BriefingSerializer,
    BriefingVersionDetailSerializer,
    BriefingVersionSerializer,
    ReadBriefingSerializer,
    WriteBriefingSerializer,
)
from apps.api.views.base import Resource, number_in
from apps.core.errors import Stale
from apps.insights.models import BriefingVersion
from apps.insights.rules.paper import briefing_of, moved
from apps.insights.selectors import (
    About,
    about_for,
    briefing_about,
    may_write_briefing,
    version_exists,
    version_for,
    versions_for,
)
from apps.insights.services import (
    ask_briefing_signature,
    begin_briefing,
    withdraw_briefing,
    write_briefing,
)

ABOUT = OpenApiParameter("about", str, description="CHG-1042, 2026-W46, 2026-Q4, 2026-Q4/team/lending")


@extend_schema(parameters=[ABOUT])
class Versions(Resource, ListAPIView[BriefingVersion]):
    """The versions that people wrote, newest first; with ``about``, those of one briefing."""

    write_scope = TokenScope.CHANGES
    serializer_class = BriefingVersionSerializer

    def get_queryset(self) -> QuerySet[BriefingVersion]:
        asked = self.request.query_params.get("about", "")
        about = about_for(self.user, asked) if asked else None
        return versions_for(self.user, about) if about or not asked else BriefingVersion.objects.none()


class BriefingResource(Resource):
    write_scope = TokenScope.CHANGES

    def about(self, ref: str) -> About:
        return about_for(self.user, ref) or self.missing("briefing", ref, exists=False)

    def shown(self, version: BriefingVersion, about: About) -> dict[str, object]:
        since = moved(briefing_of(version.document).facts, briefing_about(self.user, about).facts)
        return BriefingVersionDetailSerializer(version, context={"moved": since}).data

    def version(self, ref: str) -> tuple[BriefingVersion, About]:
        number = number_in(ref, "BRF-")
        found = version_for(self.user, number) or self.missing("briefing", ref, exists=version_exists(number))
        return found, self.about(found.about)

    def draft(self, ref: str) -> tuple[BriefingVersion, About]:
        """Return a version that this person may write; what they send is read after this."""
        version, about = self.version(ref)
        may_write_briefing(self.actor, about).require()
        return version, about


class Now(BriefingResource):
    @extend_schema(operation_id="briefings_now", responses=BriefingSerializer)
    def get(self, request: Request, about: str) -> Response:  # noqa: ARG002
        """Return what the facts say now of a change, a week, a quarter or a portfolio."""
        return Response(BriefingSerializer(briefing_about(self.user, self.about(about))).data)

    @extend_schema(
        operation_id="briefings_begin", request=None, responses={201: BriefingVersionDetailSerializer}
    )
    def post(self, request: Request, about: str) -> Response:  # noqa: ARG002
        """Begin the next version with what the facts say now."""
        found = self.about(about)
        made = begin_briefing(actor=self.actor, about=found)
        return Response(self.shown(made, found), status=status.HTTP_201_CREATED)


class Version(BriefingResource):
    @extend_schema(operation_id="briefings_read", responses=BriefingVersionDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a version, such as BRF-3, who signed it, and what has moved since."""
        return Response(self.shown(*self.version(ref)))

    @extend_schema(request=WriteBriefingSerializer, responses=BriefingVersionDetailSerializer)
    def patch(self, request: Request, ref: str) -> Response:
        """Write a draft in your words, with the facts and numbers as they are now."""
        version, about = self.draft(ref)
        given = WriteBriefingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        written = write_briefing(
            actor=self.actor,
            about=about,
            version=version,
            words=given.words(),
            seen=given.validated_data["digest"],
        )
        return Response(self.shown(written, about))


class AskApproval(BriefingResource):
    @extend_schema(request=AskBriefingSerializer, responses=BriefingVersionDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Send a draft out to be signed by a sponsor. Above reading grade 12 it needs a reason."""
        version, about = self.draft(ref)
        given = AskBriefingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        ask_briefing_signature(
            actor=self.actor,
            about=about,
            version=version,
            seen=given.validated_data["digest"],
            because=given.validated_data.get("because", ""),
        )
        version.refresh_from_db()
        return Response(self.shown(version, about))


class Withdraw(BriefingResource):
    @extend_schema(request=ReadBriefingSerializer, responses=BriefingVersionDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Give a draft up. It stays on record."""
        version, about = self.draft(ref)
        given = ReadBriefingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if given.validated_data["digest"] != version.digest:
            raise Stale("Somebody has written on this draft since you read it.", remedy="Read it again.")
        return Response(self.shown(withdraw_briefing(actor=self.actor, about=about, version=version), about))
