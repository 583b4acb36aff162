"""What is planned, what is frozen, and what collides."""

from apps.calendar.selectors.bookings import booking_exists, booking_for, bookings_between, live_between
from apps.calendar.selectors.conflicts import (
    Found,
    Step,
    Window,
    conflicts_of,
    conflicts_of_all,
    explained,
    find_conflicts,
    freezes_catching,
    last_checked,
)
from apps.calendar.selectors.freezes import (
    covered_components,
    freeze_decision,
    freeze_exists,
    freeze_for,
    freezes_between,
    freezes_over,
    may_plan_some,
    planned_inside,
    scope_of,
)

__all__ = [
    "Found",
    "Step",
    "Window",
    "booking_exists",
    "booking_for",
    "bookings_between",
    "conflicts_of",
    "conflicts_of_all",
    "covered_components",
    "explained",
    "find_conflicts",
    "freeze_decision",
    "freeze_exists",
    "freeze_for",
    "freezes_between",
    "freezes_catching",
    "freezes_over",
    "last_checked",
    "live_between",
    "may_plan_some",
    "planned_inside",
    "scope_of",
]
