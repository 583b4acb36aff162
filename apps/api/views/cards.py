"""``/api/v1/cards/``: model cards."""

from collections.abc import Callable

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.cards import (
    CardDetailSerializer,
    CardEditionSerializer,
    CardEditSerializer,
    CardHistorySerializer,
    CardRecordsSerializer,
    CardSerializer,
    ComparisonSerializer,
    DueQuerySerializer,
    DueSerializer,
)
from apps.api.views.base import Resource
from apps.cards.models import ModelCard
from apps.cards.selectors import (
    card_exists,
    card_for,
    cards_visible_to,
    compare,
    compare_fields,
    due_between,
    editions_of,
    family_of,
    siblings_of,
    write_decision,
)
from apps.cards.services import archive_card, submit_card, take_back_card, write_edition
from apps.core.errors import Invalid
from apps.exports.selectors import card_said
from apps.gates.services import fill_from_records
from apps.insights.selectors.card_history import history_of


class Cards(Resource, ListAPIView[ModelCard]):
    """The model cards."""

    write_scope = TokenScope.CARDS
    serializer_class = CardSerializer

    def get_queryset(self) -> QuerySet[ModelCard]:
        return cards_visible_to(self.user)


class CardResource(Resource):
    """One card by its reference, such as CARD-88."""

    write_scope = TokenScope.CARDS

    def card(self, ref: str) -> ModelCard:
        return card_for(self.user, ref) or self.missing("card", ref, exists=card_exists(ref))


class CardDetail(CardResource):
    @extend_schema(responses=CardDetailSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return a card: what it says, where each value comes from, what it lacks, and who is asked to sign it."""
        return Response(CardDetailSerializer(self.card(ref)).data)

    @extend_schema(request=CardEditSerializer, responses=CardDetailSerializer)
    def patch(self, request: Request, ref: str) -> Response:
        """Write a new edition. ``edition`` is the one that was read; 409 when there is a newer one."""
        card = self.card(ref)
        write_decision(self.actor, card).require()
        asked = CardEditSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        card = write_edition(
            actor=self.actor, card=card, fields=given["content"], edition=given.get("edition")
        )
        return Response(CardDetailSerializer(card).data)


class CardEditions(CardResource):
    @extend_schema(responses=CardEditionSerializer(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Return the last 50 editions of a card, newest first, with the digest that people sign."""
        return Response(CardEditionSerializer(editions_of(self.card(ref))[:50], many=True).data)


class DueCards(Resource):
    write_scope = TokenScope.CARDS

    @extend_schema(parameters=[DueQuerySerializer], responses=DueSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return what versions in use are due for within some days: to be validated, or trained, again."""
        asked = DueQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        return Response(DueSerializer(due_between(self.user, given["first"], given["last"]), many=True).data)


class CardHistory(CardResource):
    @extend_schema(responses=CardHistorySerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return where the model is in production, and the changes and incidents that touched this version."""
        card = self.card(ref)
        history = history_of(self.user, card.version, family_of(card).in_use)
        return Response(CardHistorySerializer(history).data)


class CardRecords(CardResource):
    @extend_schema(responses=CardRecordsSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return what the portal's records say on a card: gate results by digest, approvals, version and tier."""
        return Response(CardRecordsSerializer(card_said(self.user, self.card(ref))).data)


class CompareCards(CardResource):
    @extend_schema(
        parameters=[OpenApiParameter("with", str, required=True, description="Another card of the model.")],
        responses=ComparisonSerializer,
    )
    def get(self, request: Request, ref: str) -> Response:
        """Return what differs from the card ``with`` to this one, metric by metric and field by field."""
        card = self.card(ref)
        other = next((one for one in siblings_of(card) if one.ref == request.query_params.get("with")), None)
        if other is None:
            raise Invalid({"with": ["Name another card of the same model."]})
        said = {
            "before": other.ref,
            "after": card.ref,
            "metrics": compare(card, other),
            "content": compare_fields(card, other),
        }
        return Response(ComparisonSerializer(said).data)


class FillCard(CardResource):
    @extend_schema(request=None, responses=CardDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Fill a card from the registry, lineage and evidence. What a person wrote stays."""
        card, _ = fill_from_records(actor=self.actor, card=self.card(ref))
        return Response(CardDetailSerializer(card).data)


class _Step(CardResource):
    step: Callable[..., ModelCard]

    def taken(self, ref: str) -> Response:
        card = type(self).step(actor=self.actor, card=self.card(ref))
        return Response(CardDetailSerializer(card).data)


class SubmitCard(_Step):
    step = staticmethod(submit_card)

    @extend_schema(request=None, responses=CardDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Ask a Model Validator and an owner to sign a card as it stands."""
        return self.taken(ref)


class TakeBackCard(_Step):
    step = staticmethod(take_back_card)

    @extend_schema(request=None, responses=CardDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Take a card back that is out to be signed: a draft again."""
        return self.taken(ref)


class ArchiveCard(_Step):
    step = staticmethod(archive_card)

    @extend_schema(request=None, responses=CardDetailSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Archive a card: nobody writes it any more."""
        return self.taken(ref)
