"""Bookings, for people and for the engine."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.calendar.enums import LIVE, Duty
from apps.calendar.models import BookedComponent, BookedPerson, Booking, during
from apps.calendar.rules import Needed, Part, Plan
from apps.catalog.models import Component

PART = ("key", "kind", "tier", "owner_team__slug", "tags", "stage")


def bookings_visible_to(user: User) -> QuerySet[Booking]:
    """Return all bookings to anyone who holds a role, and none to others."""
    return Booking.objects.filter(with_any_role(user))


def bookings_between(
    user: User, start: datetime, end: datetime, *, team: str = "", kind: str = "", component: str = ""
) -> QuerySet[Booking]:
    """Return the bookings that meet [start, end), ended ones too, in order of time.

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
    return Booking.objects.filter(state__in=LIVE).alias(during=during()).filter(during__overlap=(start, end))


def plans_of(bookings: QuerySet[Booking]) -> list[Plan]:
    """Return bookings as the engine sees them, in three queries. What is done ends when it really ended."""
    rows = list(bookings.values_list("pk", "start", "end", "change_class", "state", "ended_at"))
    wanted = [row[0] for row in rows]
    parts, people = parts_of_bookings(wanted), people_of_bookings(wanted)
    plans = []
    for pk, start, end, change_class, state, ended_at in rows:
        live = state in LIVE
        until = end if live or ended_at is None else ended_at
        plans.append(
            Plan(pk, min(start, until), until, parts.get(pk, {}), change_class, people.get(pk, ()), live)
        )
    return plans


def parts_of_bookings(booking_ids: Collection[int]) -> dict[int, dict[int, Part]]:
    """Return what each booking moves, in one query."""
    found: dict[int, dict[int, Part]] = {}
    moved = BookedComponent.objects.filter(booking_id__in=booking_ids)
    for booking, pk, *rest in moved.values_list(
        "booking_id", *(f"component__{name}" for name in ("pk", *PART))
    ):
        found.setdefault(booking, {})[pk] = _part(pk, *rest)
    return found


def parts_of(component_ids: Iterable[int]) -> dict[int, Part]:
    """Return components as a scope sees them, in one query."""
    rows = Component.objects.filter(pk__in=set(component_ids)).values_list("pk", *PART)
    return {row[0]: _part(*row) for row in rows}


def _part(pk: int, key: str, kind: str, tier: int, team: str | None, tags: Iterable[str], stage: str) -> Part:
    return Part(pk, key, kind, tier, team or "", tuple(tags), stage)


def people_of_bookings(booking_ids: Collection[int]) -> dict[int, tuple[Needed, ...]]:
    """Return whom each booking needs, in one query."""
    found: dict[int, tuple[Needed, ...]] = {}
    rows = BookedPerson.objects.filter(booking_id__in=booking_ids).order_by("user_id", "duty")
    for booking, user, duty in rows.values_list("booking_id", "user_id", "duty"):
        found[booking] = (*found.get(booking, ()), Needed(user, Duty(duty)))
    return found
