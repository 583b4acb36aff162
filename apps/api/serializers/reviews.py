"""Reviews and their actions as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.proof import ProofSerializer
from apps.reviews.enums import Becomes, Felt, Outcome, Theme
from apps.reviews.models import ActionItem, Factor, Feedback, Moment, RealisedMetric, Review
from apps.reviews.rules import Told
from apps.reviews.selectors import digest_of, factors_of, moments_of
from apps.reviews.services.feedback import ANSWER_LIMIT
from apps.reviews.services.timeline import FACTOR_LIMIT, WHAT_LIMIT, WHO_LIMIT


class RealisedMetricSerializer(serializers.ModelSerializer[RealisedMetric]):
    class Meta:
        model = RealisedMetric
        fields = ["name", "unit", "direction", "baseline", "target", "bound", "realised"]


class ActionSerializer(serializers.ModelSerializer[ActionItem]):
    owner = serializers.SlugRelatedField(slug_field="username", read_only=True)
    factor = serializers.IntegerField(source="factor_id", read_only=True, allow_null=True)

    class Meta:
        model = ActionItem
        fields = ["id", "text", "owner", "due_on", "done_at", "factor", "becomes", "record", "version"]


class MomentSerializer(serializers.ModelSerializer[Moment]):
    class Meta:
        model = Moment
        fields = ["id", "at", "what", "who"]


class FactorSerializer(serializers.ModelSerializer[Factor]):
    class Meta:
        model = Factor
        fields = ["id", "theme", "text"]


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    component = serializers.CharField(source="component.key", read_only=True)
    asked = serializers.SlugRelatedField(slug_field="username", read_only=True, many=True)
    answered_by = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Feedback
        fields = ["id", "component", "asked", "felt", "saw", "better", "answered_by", "answered_at"]


class ReviewSerializer(serializers.ModelSerializer[Review]):
    change = serializers.CharField(source="change.ref", read_only=True)
    signed_by = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)
    digest = serializers.SerializerMethodField(
        help_text="SHA-256 over what a signature covers; send it to sign"
    )
    metrics = RealisedMetricSerializer(many=True, read_only=True)
    actions = ActionSerializer(many=True, read_only=True)
    timeline = serializers.SerializerMethodField(help_text="What people added; the ledger has the rest")
    factors = serializers.SerializerMethodField()
    feedback = FeedbackSerializer(many=True, read_only=True)

    class Meta:
        model = Review
        fields = [
            "ref", "change", "state", "due_at", "planned_start", "planned_end", "actual_start", "actual_end",
            "outcome", "what_happened", "went_well", "signed_by", "signed_at", "digest", "metrics", "actions",
            "timeline", "factors", "feedback",
        ]  # fmt: skip

    def get_digest(self, review: Review) -> str:
        return digest_of(review)

    @extend_schema_field(MomentSerializer(many=True))
    def get_timeline(self, review: Review) -> Any:
        return MomentSerializer(moments_of(review), many=True).data

    @extend_schema_field(FactorSerializer(many=True))
    def get_factors(self, review: Review) -> Any:
        return FactorSerializer(factors_of(review), many=True).data


class RecordSerializer(serializers.Serializer[Any]):
    """What a person says of a change. ``realised`` maps a metric's name to its value; null is not measured."""

    digest = serializers.CharField(
        required=False, max_length=64, help_text="The digest of the review that you read"
    )
    outcome = serializers.ChoiceField(Outcome.choices, required=False)
    what_happened = serializers.CharField(required=False, allow_blank=True)
    went_well = serializers.CharField(required=False, allow_blank=True)
    realised = serializers.DictField(child=serializers.FloatField(allow_null=True), required=False)


class NewActionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=300)
    owner = serializers.CharField(help_text="A username")
    due_on = serializers.DateField()
    factor = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**62,
        help_text="What it answers to, by its id",
    )


class NewMomentSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    what = serializers.CharField(max_length=WHAT_LIMIT)
    who = serializers.CharField(max_length=WHO_LIMIT, required=False, allow_blank=True, default="")


class NewFactorSerializer(serializers.Serializer[Any]):
    theme = serializers.ChoiceField(Theme.choices)
    text = serializers.CharField(max_length=FACTOR_LIMIT)


class AnswerSerializer(serializers.Serializer[Any]):
    felt = serializers.ChoiceField(Felt.choices)
    saw = serializers.CharField(max_length=ANSWER_LIMIT, required=False, allow_blank=True, default="")
    better = serializers.CharField(max_length=ANSWER_LIMIT, required=False, allow_blank=True, default="")


class BecomesSerializer(serializers.Serializer[Any]):
    """The version that an action turned into, such as version 4 of STD-2. Rules and checks name it twice."""

    becomes = serializers.ChoiceField(Becomes.choices)
    record = serializers.CharField(max_length=30)
    version = serializers.IntegerField(min_value=1, max_value=99_999_999)


class RateSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    total = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True, help_text="From 0 to 1; null where nothing was counted")
    low = serializers.FloatField(allow_null=True, help_text="Of Wilson's 95 % interval")
    high = serializers.FloatField(allow_null=True)


class ChangedSerializer(serializers.Serializer[Any]):
    review = serializers.CharField(source="review.ref")
    text = serializers.CharField()
    done_at = serializers.DateTimeField()
    becomes = serializers.CharField()
    record = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)


class LessonSerializer(serializers.Serializer[Any]):
    theme = serializers.ChoiceField(Theme.choices)
    trouble = serializers.IntegerField(help_text="Changes with trouble of this theme")
    open_actions = serializers.IntegerField()
    changed = ChangedSerializer(many=True)
    since = serializers.DateField(
        allow_null=True, help_text="When the first of what was changed was done (UTC)"
    )
    before = RateSerializer(allow_null=True)
    after = RateSerializer(allow_null=True)
    told = serializers.ChoiceField([one.value for one in Told])


class SignReviewSerializer(ProofSerializer):
    """The digest that was read. The password proves, now, who signs."""

    digest = serializers.CharField(max_length=64)
