"""Briefings and their versions, and the messages of a change, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.changes.enums import Audience, MessageTime
from apps.insights.enums import BriefingState
from apps.insights.models import BriefingVersion
from apps.insights.rules.paper import FIGURE_LIMIT, HEADINGS, Briefing, briefing_of
from apps.insights.rules.writing import LONGEST, LONGEST_LINE, Words
from apps.insights.selectors.papers import signatures_of

ALL = list(range(FIGURE_LIMIT))


class FigureSerializer(serializers.Serializer[Any]):
    """A number, what it is, and what to compare it with."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    comparator = serializers.CharField()


class DecisionPartSerializer(serializers.Serializer[Any]):
    """What must be decided, and by when."""

    heading = serializers.CharField()
    text = serializers.CharField()
    needed = serializers.BooleanField()
    by = serializers.DateTimeField(allow_null=True)


class PartSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="changes, affects, wrong, undo or waiting")
    heading = serializers.CharField()
    text = serializers.CharField(allow_blank=True)


class FailingSerializer(serializers.Serializer[Any]):
    """A sentence that should be mended, and why."""

    text = serializers.CharField()
    why = serializers.CharField()


class MeasureSerializer(serializers.Serializer[Any]):
    """How long and how hard a briefing is; ``jargon`` are words of the trade in it."""

    words = serializers.IntegerField()
    grade = serializers.FloatField(help_text="Flesch-Kincaid school grade")
    failing = FailingSerializer(many=True)
    jargon = serializers.SerializerMethodField()

    def get_jargon(self, measure: Any) -> list[str]:
        return [entry.word for entry in measure.jargon]


class FactLineSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class BriefingSerializer(serializers.Serializer[Any]):
    """What a briefing says, in its fixed order, and the facts that it rests on."""

    title = serializers.CharField()
    decision = DecisionPartSerializer()
    figures = FigureSerializer(many=True)
    parts = PartSerializer(many=True)
    measure = MeasureSerializer()
    facts = serializers.SerializerMethodField()

    @extend_schema_field(FactLineSerializer(many=True))
    def get_facts(self, briefing: Briefing) -> Any:
        return [{"label": label, "value": value} for label, value in briefing.facts]


class BriefingVersionSerializer(serializers.ModelSerializer[BriefingVersion]):
    """A version that somebody wrote."""

    ref = serializers.CharField(read_only=True)
    author = serializers.CharField(source="author.username", read_only=True)
    state = serializers.ChoiceField(BriefingState.choices, read_only=True)

    class Meta:
        model = BriefingVersion
        fields = [
            "ref",
            "about",
            "edition",
            "state",
            "author",
            "digest",
            "hard_because",
            "created_at",
            "settled_at",
        ]
        read_only_fields = fields


class SignedBySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="printed_name")
    role = serializers.CharField(source="requirement.role")
    signed_at = serializers.DateTimeField()
    meaning = serializers.CharField()


class MovedSerializer(serializers.Serializer[Any]):
    """A fact that is not as it was when the version was written; blank where it was not given."""

    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField(allow_blank=True)
    now = serializers.CharField(allow_blank=True)


class BriefingVersionDetailSerializer(BriefingVersionSerializer):
    """A version with all that it says, who signed it, and what has moved since."""

    briefing = serializers.SerializerMethodField()
    signatures = serializers.SerializerMethodField()
    moved = serializers.SerializerMethodField()

    class Meta(BriefingVersionSerializer.Meta):
        fields = [*BriefingVersionSerializer.Meta.fields, "briefing", "signatures", "moved"]
        read_only_fields = fields

    @extend_schema_field(BriefingSerializer)
    def get_briefing(self, version: BriefingVersion) -> Any:
        return BriefingSerializer(briefing_of(version.document)).data

    @extend_schema_field(SignedBySerializer(many=True))
    def get_signatures(self, version: BriefingVersion) -> Any:
        return SignedBySerializer(signatures_of(version), many=True).data

    @extend_schema_field(MovedSerializer(many=True))
    def get_moved(self, _version: BriefingVersion) -> Any:
        return MovedSerializer(self.context["moved"], many=True).data


def _text() -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST)


class WriteBriefingSerializer(serializers.Serializer[Any]):
    """All the words of a draft. Its numbers come from the facts: ``figures`` are the places, from 0, of those kept."""

    digest = serializers.CharField(max_length=64, help_text="The digest of the draft that you read")
    title = serializers.CharField(max_length=LONGEST_LINE)
    heading = serializers.CharField(max_length=LONGEST_LINE, help_text="What must be decided, in a line")
    decision = _text()
    changes = _text()
    affects = _text()
    wrong = _text()
    undo = _text()
    waiting = _text()
    figures = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=FIGURE_LIMIT - 1),
        max_length=FIGURE_LIMIT,
        default=ALL,
    )

    def words(self) -> Words:
        given = self.validated_data
        parts = {key: given[key] for key in HEADINGS}
        return Words(given["title"], given["heading"], given["decision"], parts, tuple(given["figures"]))


class AskBriefingSerializer(serializers.Serializer[Any]):
    digest = serializers.CharField(max_length=64, help_text="The digest of the draft that you read")
    because = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST,
        help_text="Why it goes out above reading grade 12",
    )


class ReadBriefingSerializer(serializers.Serializer[Any]):
    digest = serializers.CharField(max_length=64, help_text="The digest of the draft that you read")


class SentTextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    told = serializers.IntegerField(help_text="To how many people it went")


class SentMessageSerializer(serializers.Serializer[Any]):
    """A sending as it is kept: both texts, and how many people read each."""

    at = serializers.DateTimeField()
    due = serializers.DateTimeField()
    plain = SentTextSerializer()
    technical = SentTextSerializer()


class MessageTextsSerializer(serializers.Serializer[Any]):
    plain = serializers.CharField()
    technical = serializers.CharField()


class MessageSerializer(serializers.Serializer[Any]):
    """A message of a communication plan. ``will_say`` is what it would say now, null once it went."""

    number = serializers.IntegerField(source="message.pk")
    at = serializers.ChoiceField(MessageTime.choices, source="message.at")
    audience = serializers.ChoiceField(Audience.choices, source="message.audience")
    text = serializers.CharField(source="message.text", allow_blank=True)
    said = serializers.CharField(help_text="What became of it, in words")
    sent = serializers.BooleanField()
    will_say = MessageTextsSerializer(source="texts", allow_null=True)
    sent_as = SentMessageSerializer(source="message.sent_as", many=True)


class PlanMessageSerializer(serializers.Serializer[Any]):
    """When a message goes out and to whom. The portal writes it; ``text`` is what you add."""

    at = serializers.ChoiceField(MessageTime.choices)
    audience = serializers.ChoiceField(Audience.choices)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
