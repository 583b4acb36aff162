"""Calendar files over REST: what an import takes, and what it changes."""

from typing import Any

from rest_framework import serializers

from apps.calendar.enums import PeriodKind
from apps.calendar.rules.ics_in import SIZE_LIMIT
from apps.calendar.selectors.importing import SOURCE_LIMIT


class CalendarFileSerializer(serializers.Serializer[Any]):
    """A calendar file, what to call it, and what its events are to be.

    The same ``source`` over the same teams ties one file to the next: what it brought is then updated, and not planned
    twice. Each team has its own names.
    """

    file = serializers.CharField(
        trim_whitespace=False,
        help_text=f"The text of an iCalendar file (.ics), at most {SIZE_LIMIT // 1024 // 1024} MB",
    )
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=SOURCE_LIMIT, help_text="What the calendar is called"
    )
    kind = serializers.ChoiceField(PeriodKind.choices, default=PeriodKind.EVENT)
    time_zone = serializers.CharField(
        max_length=64,
        allow_blank=True,
        default="",
        help_text="For whole days, and for times that the file gives without a zone; default the file's own",
    )
    scope = serializers.JSONField(default=dict, help_text="As for a period; default everything")
    owner = serializers.CharField(
        max_length=150, default="", allow_blank=True, help_text="Username; default whoever the token acts for"
    )
    on_call = serializers.ListField(
        child=serializers.CharField(max_length=150),
        default=list,
        max_length=50,
        help_text="Usernames; needed for on-call shifts",
    )


class _NewSerializer(serializers.Serializer[Any]):
    uid = serializers.CharField()
    name = serializers.CharField()
    when = serializers.CharField(help_text="In words")


class _ChangedSerializer(_NewSerializer):
    ref = serializers.CharField()
    what = serializers.ListField(child=serializers.CharField(), help_text="What differs: when, name, …")


class _GoneSerializer(serializers.Serializer[Any]):
    ref = serializers.CharField()
    name = serializers.CharField()


class _NotReadSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    reason = serializers.CharField()


class ImportSerializer(serializers.Serializer[Any]):
    """What an import changes, or has changed. Nothing of the file is left out silently."""

    source = serializers.CharField()  # type: ignore[assignment]
    time_zone = serializers.CharField(help_text="The zone of whole days and of times without one")
    new = _NewSerializer(many=True)
    changed = _ChangedSerializer(many=True)
    gone = _GoneSerializer(many=True, help_text="Lifted, because the file does not have it any more")
    same = serializers.IntegerField(help_text="So many stay as they are")
    not_read = _NotReadSerializer(many=True)
    catches = serializers.ListField(
        child=serializers.CharField(), help_text="Planned changes that new and changed freezes fall on"
    )
