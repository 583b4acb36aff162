"""Model cards in the formats of others, as JSON."""

from typing import Any

from rest_framework import serializers

from apps.cards.rules.fields import FORMAT_NAMES, LARGEST_FILE
from apps.cards.rules.formats import FORMATS

CARD_FORMATS = [(name, FORMATS[name].label) for name in FORMAT_NAMES]


class CardFileSerializer(serializers.Serializer[Any]):
    """A file to look at."""

    file = serializers.CharField(max_length=LARGEST_FILE, trim_whitespace=False, help_text="Its text.")
    format = serializers.ChoiceField(
        choices=CARD_FORMATS,
        required=False,
        allow_blank=True,
        help_text="Found out from the file when left out.",
    )


class CardImportSerializer(CardFileSerializer):
    """A file to take onto a card. ``edition`` is the one that was read: another since is refused."""

    file_name = serializers.CharField(max_length=200, required=False, default="")
    edition = serializers.IntegerField(required=False, min_value=1)
    take = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        allow_empty=False,
        max_length=100,
        help_text="The fields to take, also over what is there. Left out: those that the card is silent on.",
    )


class NotTakenSerializer(serializers.Serializer[Any]):
    """What could not be taken from a file. It is kept with the card."""

    place = serializers.CharField()
    reason = serializers.CharField()


class OfferSerializer(serializers.Serializer[Any]):
    """A field as the card has it and as the file says it."""

    name = serializers.CharField(source="field.name")
    held = serializers.JSONField(help_text="What the card has.")
    offered = serializers.JSONField(help_text="What the file says.")
    is_new = serializers.BooleanField(help_text="Whether taking it overwrites nothing.")
    by_person = serializers.BooleanField(help_text="Whether a person wrote or brought what the card has.")


class CardPreviewSerializer(serializers.Serializer[Any]):
    """What a file would change on a card, and what is left of it."""

    format = serializers.ChoiceField(choices=CARD_FORMATS)
    offers = OfferSerializer(many=True)
    stated = serializers.DictField(help_text="What the file says of fields that the portal keeps itself.")
    left = NotTakenSerializer(many=True)


class CardImportedSerializer(serializers.Serializer[Any]):
    """A card after a file was taken onto it."""

    ref = serializers.CharField(source="card.ref")
    edition = serializers.IntegerField(source="card.edition")
    fields_taken = serializers.ListField(child=serializers.CharField(), source="fields")
    left = NotTakenSerializer(many=True)


class LostSerializer(serializers.Serializer[Any]):
    """What a format cannot hold."""

    label = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()


class CardFormatSerializer(serializers.Serializer[Any]):
    """A format that a card can be had in, and what of the card it cannot hold."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    media_type = serializers.CharField()
    lost = LostSerializer(many=True)
