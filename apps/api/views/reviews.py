"""``/api/v1/reviews/``: what happened, and what will be done because of it."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.accounts.selectors import active_person
from apps.api.serializers.reviews import (
    ActionSerializer,
    NewActionSerializer,
    RecordSerializer,
    ReviewSerializer,
    SignReviewSerializer,
)
from apps.api.views.base import Resource
from apps.core.errors import Invalid
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of, review_exists, review_for, reviews_visible_to
from apps.reviews.services import add_action, record_review, sign_review


class Reviews(Resource, ListAPIView[Review]):
    """The reviews, newest first."""

    write_scope = TokenScope.REVIEWS
    serializer_class = ReviewSerializer

    def get_queryset(self) -> QuerySet[Review]:
        found = reviews_visible_to(self.user).select_related("change", "signed_by")
        return found.prefetch_related("metrics", "actions__owner")


class ReviewResource(Resource):
    """One review by its reference, such as PIR-1042."""

    write_scope = TokenScope.REVIEWS

    def review(self, ref: str) -> Review:
        return review_for(self.user, ref) or self.missing("review", ref, exists=review_exists(ref))


class ReviewDetail(ReviewResource):
    @extend_schema(responses=ReviewSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Return a review with its metrics and actions."""
        return Response(ReviewSerializer(self.review(ref)).data)

    @extend_schema(request=RecordSerializer, responses=ReviewSerializer)
    def patch(self, request: Request, ref: str) -> Response:
        """Write what happened. A text or metric that is left out stays as it is.

        With the digest that was read, an edit that somebody made since then is refused as stale, not overwritten.
        """
        review = self.review(ref)
        asked = RecordSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = dict(asked.validated_data)
        realised, read = content.pop("realised", {}), content.pop("digest", digest_of(review))
        metrics = {metric.name: metric for metric in review.metrics.all()}
        unknown = realised.keys() - metrics.keys()
        if unknown:
            raise Invalid({"realised": [f"No metric is called “{min(unknown)}”."]})
        texts = {
            name: content.get(name, getattr(review, name))
            for name in ("outcome", "what_happened", "contributing_factors", "went_well")
        }
        values = {metric.pk: realised.get(name, metric.realised) for name, metric in metrics.items()}
        review = record_review(actor=self.actor, review=review, digest=read, realised=values, **texts)
        return Response(ReviewSerializer(review_for(self.user, ref) or review).data)


class Actions(ReviewResource):
    @extend_schema(request=NewActionSerializer, responses={201: ActionSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Add something that will be done because of the review."""
        review = self.review(ref)
        asked = NewActionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = asked.validated_data
        owner = active_person(content["owner"])
        if owner is None:
            raise Invalid({"owner": [f"Nobody is called “{content['owner']}”."]})
        action = add_action(
            actor=self.actor, review=review, text=content["text"], owner=owner, due_on=content["due_on"]
        )
        return Response(ActionSerializer(action).data, status=status.HTTP_201_CREATED)


class SignReview(ReviewResource):
    @extend_schema(request=SignReviewSerializer, responses=ReviewSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Sign a review as it was read: its digest must be the one in force; the password proves who signs."""
        review = self.review(ref)
        asked = SignReviewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        self.prove(asked.validated_data["password"], asked.validated_data["code"])
        signed = sign_review(actor=self.actor, review=review, digest=asked.validated_data["digest"])
        return Response(ReviewSerializer(signed).data)
