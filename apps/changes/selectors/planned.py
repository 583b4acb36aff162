"""A change as the calendar has it, booked or not: one way for what is checked before and what is booked then."""

from copy import copy
from typing import TypedDict

from apps.calendar.rules import Needed, Span
from apps.changes.enums import ChangeClass
from apps.changes.models import Change
from apps.changes.selectors.covered import class_within, cover_of
from apps.changes.selectors.impact import impact_of
from apps.changes.selectors.items import items_of, read_items
from apps.changes.selectors.needed import leads_of
from apps.changes.selectors.needs import risk_for


class Planned(TypedDict):
    """All that the calendar judges a change by, but its window."""

    component_ids: list[int]
    change_class: str
    people: list[Needed]


def planned(change: Change) -> Planned:
    """Return what is booked for a change when it is submitted as it is here.

    Its class is the one by which it would go then: a standard change that is not within its template goes as a
    normal one.
    """
    return {
        "component_ids": [item.component_id for item in items_of(change)],
        "change_class": _goes_as(change),
        "people": leads_of(change),
    }


def supposed(change: Change, span: Span, change_class: str = "") -> Change:
    """Return a change as it would be in another window, and of another class where one is given. It is never saved."""
    read_items([change])  # The copy has the same rows, so that two looks at a change read them once.
    there = copy(change)
    there.time_zone, there.local_start, there.local_end = span.time_zone, span.local_start, span.local_end
    there.planned_start, there.planned_end = span.start, span.end
    there.change_class = change_class or change.change_class
    return there


def _goes_as(change: Change) -> str:
    if change.change_class != ChangeClass.STANDARD:
        return change.change_class
    return class_within(change, cover_of(change, risk_for(change, impact_of(change)).level))
