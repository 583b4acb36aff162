"""``/api/v1/catalog/``: components, their versions and their blast radius."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.catalog import (
    ComponentDetailSerializer,
    ComponentSerializer,
    HitSerializer,
    NewVersionSerializer,
    VersionSerializer,
)
from apps.api.views.base import Resource
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.catalog.selectors import blast_radius, component_exists, component_for, graph, list_components
from apps.catalog.services import add_version

FILTERS = [
    OpenApiParameter("q", str, description="Words of the name, title or description"),
    OpenApiParameter("kind", str, enum=ComponentKind.values),
    OpenApiParameter("team", str, description="The slug of the owner team"),
    OpenApiParameter("tier", int, description="1, the most critical, to 4"),
]


class ComponentResource(Resource):
    """One component by its key, and what hangs on it."""

    write_scope = TokenScope.CATALOG

    def component(self, key: str) -> Component:
        return component_for(self.user, key) or self.missing("component", key, exists=component_exists(key))


@extend_schema(parameters=FILTERS)
class Components(Resource, ListAPIView[Component]):
    """The components in use."""

    write_scope = TokenScope.CATALOG
    serializer_class = ComponentSerializer

    def get_queryset(self) -> QuerySet[Component]:
        asked = self.request.query_params
        tier = asked.get("tier", "")
        found = list_components(
            self.user,
            text=asked.get("q", ""),
            kind=asked.get("kind", ""),
            team=asked.get("team", ""),
            tier=int(tier) if tier.isdecimal() else None,
        )
        return found.select_related("owner_team", "owner_person")


class ComponentDetail(ComponentResource):
    @extend_schema(responses=ComponentDetailSerializer)
    def get(self, request: Request, key: str) -> Response:
        """Return a component with its promises, what it relies on and its versions."""
        return Response(ComponentDetailSerializer(self.component(key)).data)


class Versions(ComponentResource):
    @extend_schema(request=NewVersionSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, key: str) -> Response:
        """Register a version of a component, with its lineage."""
        component = self.component(key)
        asked = NewVersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content: dict[str, Any] = asked.validated_data
        version = add_version(actor=self.actor, component=component, **content)
        return Response(VersionSerializer(version).data, status=status.HTTP_201_CREATED)


class BlastRadius(ComponentResource):
    @extend_schema(
        parameters=[
            OpenApiParameter("depth", int, description="The most steps to go; all when it is left out")
        ],
        responses=HitSerializer(many=True),
    )
    def get(self, request: Request, key: str) -> Response:
        """Return what a change of this component can reach, nearest first, each with the path that explains it."""
        depth = request.query_params.get("depth", "")
        hits = blast_radius([self.component(key)], depth=int(depth) if depth.isdecimal() else None)
        nodes = graph().nodes
        return Response(
            [
                {
                    "component": nodes[hit.component_id].key,
                    "depth": hit.depth,
                    "severity": hit.severity,
                    "path": [nodes[step.component_id].key for step in hit.path],
                }
                for hit in hits
            ]
        )
