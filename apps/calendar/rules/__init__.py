"""Windows, freezes and meetings, as pure functions."""

from apps.calendar.rules.freezes import Frozen, Scope, checked_scope, frozen_parts, may_plan_freeze
from apps.calendar.rules.meetings import Meeting, Part, Plan, meetings
from apps.calendar.rules.spans import YEARS, Span, comes_twice, span_from_local, zone_named
from apps.calendar.rules.words import conflict_sentence

__all__ = [
    "YEARS",
    "Frozen",
    "Meeting",
    "Part",
    "Plan",
    "Scope",
    "Span",
    "checked_scope",
    "comes_twice",
    "conflict_sentence",
    "frozen_parts",
    "may_plan_freeze",
    "meetings",
    "span_from_local",
    "zone_named",
]
