"""Bookings: a window over components, whoever made it."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from apps.audit.services import record_event
from apps.calendar.enums import BookingState
from apps.calendar.models import BookedComponent, Booking
from apps.calendar.rules import Span
from apps.calendar.services.checking import recheck
from apps.calendar.services.locking import hold_calendar
from apps.core.actors import Actor
from apps.core.clock import iso
from apps.core.errors import Invalid


@transaction.atomic
def book(
    *, actor: Actor, ref: str, title: str, url: str, span: Span, component_ids: Collection[int]
) -> Booking:
    """Plan a window over components, or change the plan of this reference, and check it for conflicts.

    A released booking is planned again. Writing what is already there changes nothing.

    Raises:
        Invalid: no component is named.
    """
    wanted = set(component_ids)
    if not wanted:
        raise Invalid({"items": ["Name at least one component that it moves."]})
    hold_calendar()
    booking = Booking.objects.select_for_update().filter(ref=ref).first()
    before = None if booking is None else _content(booking)
    booking = booking or Booking(ref=ref)
    booking.title, booking.url = title, url
    booking.start, booking.end, booking.time_zone = span.start, span.end, span.time_zone
    booking.local_start, booking.local_end = span.local_start, span.local_end
    if booking.state == BookingState.RELEASED:
        booking.state = BookingState.PLANNED
    booking.save()
    _move(booking, wanted)
    after = _content(booking)
    if after != before:
        event = "booking.made" if before is None else "booking.changed"
        record_event(event=event, actor=actor, obj=booking, data=after)
        recheck(actor=actor, booking_ids=[booking.pk])
    return booking


@transaction.atomic
def mark_under_way(*, actor: Actor, booking: Booking) -> Booking:
    """Say that what was planned has started."""
    return _turn(booking, BookingState.UNDER_WAY, "booking.started", actor)


@transaction.atomic
def release_booking(*, actor: Actor, booking: Booking) -> Booking:
    """Give the window back: the plan ended or was dropped. Its conflicts are cleared, on both sides."""
    return _turn(booking, BookingState.RELEASED, "booking.released", actor)


def _turn(booking: Booking, state: BookingState, event: str, actor: Actor) -> Booking:
    hold_calendar()
    turned = Booking.objects.filter(pk=booking.pk).exclude(state=state).update(state=state)
    booking.state = state
    if turned:
        record_event(event=event, actor=actor, obj=booking)
        recheck(actor=actor, booking_ids=[booking.pk])
    return booking


def _move(booking: Booking, wanted: set[int]) -> None:
    there = set(booking.components.values_list("component_id", flat=True))
    if there - wanted:
        booking.components.filter(component_id__in=there - wanted).delete()
    BookedComponent.objects.bulk_create(
        BookedComponent(booking=booking, component_id=pk) for pk in sorted(wanted - there)
    )


def _content(booking: Booking) -> dict[str, Any]:
    rows = booking.components.order_by("component__key")
    return {
        "state": booking.state,
        "start": iso(booking.start),
        "end": iso(booking.end),
        "time_zone": booking.time_zone,
        "local_start": booking.local_start,
        "local_end": booking.local_end,
        "components": list(rows.values_list("component__key", flat=True)),
    }
