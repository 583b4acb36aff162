"""Bookings, for people and for the engine."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.calendar.enums import BookingState
from apps.calendar.models import BookedComponent, Booking, during
from apps.calendar.rules import Part, Plan

PART = ("component_id", "component__key", "component__kind", "component__tier", "component__owner_team_id")


def bookings_visible_to(user: User) -> QuerySet[Booking]:
    """Return all bookings to anyone who holds a role, and none to others."""
    return Booking.objects.filter(with_any_role(user))


def bookings_between(
    user: User, start: datetime, end: datetime, *, team: str = "", kind: str = "", component: str = ""
) -> QuerySet[Booking]:
    """Return the bookings that meet [start, end), released ones too, in order of time.

    ``team`` (a slug), ``kind`` and ``component`` (a part of its key or title) narrow it to those that move a
    component of which all that is given is true.
    """
    found = bookings_visible_to(user).alias(during=during()).filter(during__overlap=(start, end))
    moved = BookedComponent.objects.all()
    if team:
        moved = moved.filter(component__owner_team__slug=team)
    if kind:
        moved = moved.filter(component__kind=kind)
    if component:
        named = Q(component__key__icontains=component) | Q(component__title__icontains=component)
        moved = moved.filter(named)
    if team or kind or component:
        found = found.filter(pk__in=moved.values("booking_id"))
    return found.order_by("start", "pk").prefetch_related("components__component")


def booking_for(user: User, ref: str) -> Booking | None:
    """Return the booking with this reference, when the person may see it."""
    return bookings_visible_to(user).filter(ref=ref).first()


def booking_exists(ref: str) -> bool:
    """Return whether there is a booking with this reference, whoever may see it."""
    return Booking.objects.filter(ref=ref).exists()


def live_between(start: datetime, end: datetime) -> QuerySet[Booking]:
    """Return the bookings that hold their time and meet [start, end)."""
    live = Booking.objects.exclude(state=BookingState.RELEASED)
    return live.alias(during=during()).filter(during__overlap=(start, end))


def plans_of(bookings: QuerySet[Booking]) -> list[Plan]:
    """Return bookings as the engine sees them, in two queries."""
    rows = list(bookings.values_list("pk", "start", "end"))
    parts = parts_of_bookings(pk for pk, _, _ in rows)
    return [Plan(pk, start, end, parts.get(pk, {})) for pk, start, end in rows]


def parts_of_bookings(booking_ids: Iterable[int]) -> dict[int, dict[int, Part]]:
    """Return what each booking moves, in one query."""
    wanted: Collection[int] = list(booking_ids)
    found: dict[int, dict[int, Part]] = {}
    rows = BookedComponent.objects.filter(booking_id__in=wanted).values_list("booking_id", *PART)
    for booking_id, pk, key, kind, tier, team_id in rows:
        found.setdefault(booking_id, {})[pk] = Part(pk, key, kind, tier, team_id)
    return found
