"""Windows, periods and what speaks against a plan, as pure functions."""

from apps.calendar.rules.clocks import ClockChange, clock_changes, in_hours
from apps.calendar.rules.examining import Around, examine
from apps.calendar.rules.findings import Finding, Identity
from apps.calendar.rules.horizon import not_plannable
from apps.calendar.rules.planning import may_plan
from apps.calendar.rules.plans import InForce, Needed, Plan
from apps.calendar.rules.recurrence import (
    Instance,
    Recurrence,
    checked_recurrence,
    instances,
    next_instances,
)
from apps.calendar.rules.recurring_words import in_words, zone_in_words
from apps.calendar.rules.rulebook import Limit, Rulebook, following, rulebook_from
from apps.calendar.rules.scopes import EVERYTHING, FACETS, Part, Scope, scope_from, scope_of_one
from apps.calendar.rules.spans import YEARS, Span, comes_twice, span_from_local, zone_named
from apps.calendar.rules.words import conflict_sentence, short_name

__all__ = [
    "Around",
    "ClockChange",
    "EVERYTHING",
    "FACETS",
    "Finding",
    "Identity",
    "InForce",
    "Instance",
    "Limit",
    "Needed",
    "Part",
    "Plan",
    "Recurrence",
    "Rulebook",
    "Scope",
    "Span",
    "YEARS",
    "checked_recurrence",
    "clock_changes",
    "comes_twice",
    "conflict_sentence",
    "examine",
    "following",
    "in_hours",
    "in_words",
    "instances",
    "may_plan",
    "next_instances",
    "not_plannable",
    "rulebook_from",
    "scope_from",
    "scope_of_one",
    "short_name",
    "span_from_local",
    "zone_in_words",
    "zone_named",
]
