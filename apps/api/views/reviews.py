"""``/api/v1/reviews/``: what happened, and what will be done because of it."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.accounts.selectors import active_person
from apps.api.serializers.reviews import (
    ActionSerializer,
    AnswerSerializer,
    BecomesSerializer,
    FactorSerializer,
    FeedbackSerializer,
    LessonSerializer,
    MomentSerializer,
    NewActionSerializer,
    NewFactorSerializer,
    NewMomentSerializer,
    RecordSerializer,
    ReviewSerializer,
    SignReviewSerializer,
)
from apps.api.views.base import Resource
from apps.core.errors import Invalid
from apps.reviews.models import Factor, Moment, Review
from apps.reviews.rules import may_answer, may_sign, may_turn, may_write
from apps.reviews.selectors import (
    action_for,
    digest_of,
    factors_of,
    feedback_for,
    lessons_for,
    moments_of,
    review_exists,
    review_for,
    reviews_visible_to,
    standing_of,
)
from apps.reviews.services import (
    add_action,
    add_factor,
    add_moment,
    answer_feedback,
    edit_factor,
    edit_moment,
    link_action,
    record_review,
    remove_factor,
    remove_moment,
    sign_review,
)

READ_WITH = (
    "metrics",
    "actions__owner",
    "moments",
    "factors",
    "feedback__component",
    "feedback__asked",
    "feedback__answered_by",
)


class Reviews(Resource, ListAPIView[Review]):
    """The reviews, newest first."""

    write_scope = TokenScope.REVIEWS
    serializer_class = ReviewSerializer

    def get_queryset(self) -> QuerySet[Review]:
        found = reviews_visible_to(self.user).select_related("change", "signed_by")
        return found.prefetch_related(*READ_WITH)


class ReviewResource(Resource):
    """One review by its reference, such as PIR-1042."""

    write_scope = TokenScope.REVIEWS

    def review(self, ref: str) -> Review:
        return review_for(self.user, ref) or self.missing("review", ref, exists=review_exists(ref))

    def writable(self, ref: str) -> Review:
        """Return a review that the person may write; whoever may not is refused before what they sent is read."""
        review = self.review(ref)
        may_write(review, standing_of(self.user, review)).require()
        return review


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
        review = self.writable(ref)
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
            for name in ("outcome", "what_happened", "went_well")
        }
        values = {metric.pk: realised.get(name, metric.realised) for name, metric in metrics.items()}
        review = record_review(actor=self.actor, review=review, digest=read, realised=values, **texts)
        return Response(ReviewSerializer(review_for(self.user, ref) or review).data)


class Actions(ReviewResource):
    @extend_schema(request=NewActionSerializer, responses={201: ActionSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Add something that will be done because of the review."""
        review = self.writable(ref)
        asked = NewActionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        content = asked.validated_data
        owner = active_person(content["owner"])
        if owner is None:
            raise Invalid({"owner": [f"Nobody is called “{content['owner']}”."]})
        action = add_action(
            actor=self.actor,
            review=review,
            text=content["text"],
            owner=owner,
            due_on=content["due_on"],
            factor=self._factor(review, content.get("factor")),
        )
        return Response(ActionSerializer(action).data, status=status.HTTP_201_CREATED)

    @staticmethod
    def _factor(review: Review, pk: int | None) -> Factor | None:
        found = next((one for one in factors_of(review) if one.pk == pk), None)
        if pk is not None and found is None:
            raise Invalid({"factor": ["This review names no such factor."]})
        return found


class ActionBecomes(ReviewResource):
    @extend_schema(request=BecomesSerializer, responses=ActionSerializer)
    def post(self, request: Request, ref: str, pk: int) -> Response:
        """Say which version of the rules, the checks or a template an action turned into."""
        review = self.review(ref)
        action = action_for(self.user, review, pk)
        if action is None:
            raise NotFound
        may_turn(action, standing_of(self.user, review), user_id=self.user.pk).require()
        asked = BecomesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = "{becomes} {record} {version}".format(**asked.validated_data)
        return Response(ActionSerializer(link_action(actor=self.actor, action=action, made=made)).data)


class Timeline(ReviewResource):
    @extend_schema(request=NewMomentSerializer, responses={201: MomentSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Add what happened at a time to the timeline of the change."""
        review = self.writable(ref)
        asked = NewMomentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        moment = add_moment(actor=self.actor, review=review, **asked.validated_data)
        return Response(MomentSerializer(moment).data, status=status.HTTP_201_CREATED)


class TimelineEntry(ReviewResource):
    def moment(self, ref: str, pk: int) -> Moment:
        found = next((one for one in moments_of(self.writable(ref)) if one.pk == pk), None)
        if found is None:
            raise NotFound
        return found

    @extend_schema(request=NewMomentSerializer, responses=MomentSerializer)
    def put(self, request: Request, ref: str, pk: int) -> Response:
        """Say otherwise what happened, or when."""
        moment = self.moment(ref, pk)
        asked = NewMomentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(
            MomentSerializer(edit_moment(actor=self.actor, moment=moment, **asked.validated_data)).data
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, ref: str, pk: int) -> Response:
        """Take an entry out of the timeline."""
        remove_moment(actor=self.actor, moment=self.moment(ref, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Factors(ReviewResource):
    @extend_schema(request=NewFactorSerializer, responses={201: FactorSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Say what made the outcome likely, and what kind of thing that is."""
        review = self.writable(ref)
        asked = NewFactorSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        factor = add_factor(actor=self.actor, review=review, **asked.validated_data)
        return Response(FactorSerializer(factor).data, status=status.HTTP_201_CREATED)


class FactorEntry(ReviewResource):
    def factor(self, ref: str, pk: int) -> Factor:
        found = next((one for one in factors_of(self.writable(ref)) if one.pk == pk), None)
        if found is None:
            raise NotFound
        return found

    @extend_schema(request=NewFactorSerializer, responses=FactorSerializer)
    def put(self, request: Request, ref: str, pk: int) -> Response:
        """Say otherwise what made the outcome likely."""
        factor = self.factor(ref, pk)
        asked = NewFactorSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        edited = edit_factor(actor=self.actor, factor=factor, **asked.validated_data)
        return Response(FactorSerializer(edited).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, ref: str, pk: int) -> Response:
        """Take back what was said to make the outcome likely."""
        remove_factor(actor=self.actor, factor=self.factor(ref, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FeedbackAnswer(ReviewResource):
    @extend_schema(request=AnswerSerializer, responses=FeedbackSerializer)
    def post(self, request: Request, ref: str, pk: int) -> Response:
        """Say how the change was for a service that the person was asked about."""
        review = self.review(ref)
        found = feedback_for(review, pk)
        if found is None:
            raise NotFound
        may_answer(review, is_asked=self.user in found.asked.all()).require()
        asked = AnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answered = answer_feedback(actor=self.actor, feedback=found, **asked.validated_data)
        return Response(FeedbackSerializer(answered).data)


class Lessons(Resource):
    write_scope = TokenScope.REVIEWS

    @extend_schema(responses=LessonSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return, by theme, what was changed because of it, and how often it made trouble before and after."""
        return Response(LessonSerializer(lessons_for(self.user), many=True).data)


class SignReview(ReviewResource):
    @extend_schema(request=SignReviewSerializer, responses=ReviewSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Sign a review as it was read: its digest must be the one in force; the password proves who signs."""
        review = self.review(ref)
        may_sign(review, standing_of(self.user, review)).require()
        asked = SignReviewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        self.prove(asked.validated_data["password"], asked.validated_data["code"])
        signed = sign_review(actor=self.actor, review=review, digest=asked.validated_data["digest"])
        return Response(ReviewSerializer(signed).data)
