"""Windows, freezes and meetings, as pure functions."""

from apps.calendar.rules.clocks import ClockChange, clock_changes, in_hours
from apps.calendar.rules.freezes import Frozen, Scope, checked_scope, frozen_parts, may_plan_freeze
from apps.calendar.rules.meetings import Meeting, Part, Plan, meetings
from apps.calendar.rules.recurrence import (
    Instance,
    Recurrence,
    checked_recurrence,
    instances,
    next_instances,
)
from apps.calendar.rules.recurring_words import in_words, zone_in_words
from apps.calendar.rules.spans import YEARS, Span, comes_twice, span_from_local, zone_named
from apps.calendar.rules.words import conflict_sentence

__all__ = [
    "ClockChange",
    "clock_changes",
    "in_hours",
    "in_words",
    "zone_in_words",
    "YEARS",
    "Frozen",
    "Instance",
    "Meeting",
    "Part",
    "Plan",
    "Recurrence",
    "Scope",
    "Span",
    "checked_recurrence",
    "checked_scope",
    "comes_twice",
    "conflict_sentence",
    "frozen_parts",
    "instances",
    "may_plan_freeze",
    "meetings",
    "next_instances",
    "span_from_local",
    "zone_named",
]
