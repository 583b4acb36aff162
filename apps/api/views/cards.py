"""``/api/v1/cards/``: model cards."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.cards import CardEditSerializer, CardSerializer
from apps.api.views.base import Resource
from apps.cards.models import ModelCard
from apps.cards.selectors import card_exists, card_for, cards_visible_to
from apps.cards.services import publish_card, write_edition


class Cards(Resource, ListAPIView[ModelCard]):
    """The model cards."""

    write_scope = TokenScope.CARDS
    serializer_class = CardSerializer

    def get_queryset(self) -> QuerySet[ModelCard]:
        return cards_visible_to(self.user).prefetch_related("owners")


class CardResource(Resource):
    """One card by its reference, such as CARD-88."""

    write_scope = TokenScope.CARDS

    def card(self, ref: str) -> ModelCard:
        return card_for(self.user, ref) or self.missing("card", ref, exists=card_exists(ref))


class CardDetail(CardResource):
    @extend_schema(responses=CardSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return a card."""
        return Response(CardSerializer(self.card(ref)).data)

    @extend_schema(request=CardEditSerializer, responses=CardSerializer)
    def patch(self, request: Request, ref: str) -> Response:
        """Write a new edition. ``edition`` is the one that was read; 409 when there is a newer one."""
        card = self.card(ref)
        asked = CardEditSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        fields = dict(asked.validated_data)
        edition = fields.pop("edition", None)
        card = write_edition(actor=self.actor, card=card, fields=fields, edition=edition)
        return Response(CardSerializer(card).data)


class PublishCard(CardResource):
    @extend_schema(request=None, responses=CardSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Publish a card."""
        return Response(CardSerializer(publish_card(actor=self.actor, card=self.card(ref))).data)
