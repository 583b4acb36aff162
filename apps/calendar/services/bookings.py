"""Bookings: a window over components, whoever made it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.audit.services import record_event
from apps.calendar.enums import LIVE, BookingState, Duty
from apps.calendar.models import BookedComponent, BookedPerson, Booking
from apps.calendar.rules import Needed, Span, not_plannable
from apps.calendar.services.checking import recheck
from apps.calendar.services.locking import hold_calendar
from apps.core import clock
from apps.core.actors import Actor
from apps.core.clock import iso
from apps.core.errors import Invalid


@transaction.atomic
def book(
    *,
    actor: Actor,
    ref: str,
    title: str,
    url: str,
    span: Span,
    component_ids: Collection[int],
    change_class: str = "",
    people: Collection[Needed] = (),
) -> Booking:
    """Plan a window over components, or change the plan of this reference, and check it for conflicts.

    A booking that was given back is planned again. Writing what is already there changes nothing.

    Raises:
        Invalid: no component is named, or the window ends further ahead than recurring periods are worked out.
    """
    wanted = set(component_ids)
    if not wanted:
        raise Invalid({"items": ["Name at least one component that it moves."]})
    # What is under way is booked too: only the end is judged here.
    too_far = not_plannable(span, clock.now()).get("local_end")
    if too_far:
        raise Invalid({"local_end": too_far})
    hold_calendar()
    booking = Booking.objects.select_for_update().filter(ref=ref).first()
    before = None if booking is None else _content(booking)
    shown = None if booking is None else _shown(booking)
    written = None if booking is None else _row(booking)
    held = [] if booking is None else [(booking.start, booking.end)]
    booking = booking or Booking(ref=ref)
    booking.title, booking.url = title, url
    booking.start, booking.end, booking.time_zone = span.start, span.end, span.time_zone
    booking.local_start, booking.local_end = span.local_start, span.local_end
    booking.change_class, booking.ended_at = change_class, None
    if booking.state not in LIVE:
        booking.state = BookingState.PLANNED
    if shown is not None and shown != _shown(booking):
        booking.sequence += 1
    if written != _row(booking):
        booking.save()
    _move(booking, wanted)
    _need(booking, set(people))
    after = _content(booking)
    if after != before:
        event = "booking.made" if before is None else "booking.changed"
        record_event(event=event, actor=actor, obj=booking, data=after)
        once = [*held, (booking.start, booking.end)]
        recheck(actor=actor, booking_ids=[booking.pk], once=once, planned=True)
    return booking


@transaction.atomic
def need_people(*, actor: Actor, booking: Booking, people: Collection[Needed]) -> Booking:
    """Say whom a booking needs while it runs. Saying what is already there changes nothing."""
    hold_calendar()
    if _need(booking, set(people)):
        record_event(event="booking.changed", actor=actor, obj=booking, data=_content(booking))
        recheck(actor=actor, booking_ids=[booking.pk])
    return booking


@transaction.atomic
def go_as(*, actor: Actor, booking: Booking, change_class: str) -> Booking:
    """Say by which class what is booked goes now. Saying what is already there changes nothing."""
    hold_calendar()
    held = Booking.objects.select_for_update().get(pk=booking.pk)
    if held.change_class != change_class:
        held.change_class = change_class
        held.save(update_fields=["change_class", "updated_at"])
        record_event(event="booking.changed", actor=actor, obj=held, data=_content(held))
        recheck(actor=actor, booking_ids=[held.pk])
    return held


@transaction.atomic
def mark_under_way(*, actor: Actor, booking: Booking) -> Booking:
    """Say that what was planned has started."""
    return _turn(booking, BookingState.UNDER_WAY, "booking.started", actor)


@transaction.atomic
def finish_booking(*, actor: Actor, booking: Booking, at: datetime) -> Booking:
    """Say that what was planned has ended, and when: its time is free, and the quiet time after it begins."""
    return _turn(booking, BookingState.DONE, "booking.done", actor, at)


@transaction.atomic
def release_booking(*, actor: Actor, booking: Booking) -> Booking:
    """Give the window back: the plan was dropped. Its conflicts are cleared, on both sides."""
    return _turn(booking, BookingState.RELEASED, "booking.released", actor)


def _turn(
    booking: Booking, state: BookingState, event: str, actor: Actor, at: datetime | None = None
) -> Booking:
    hold_calendar()
    turned = (
        Booking.objects.filter(pk=booking.pk)
        .exclude(state=state)
        .update(state=state, ended_at=at, sequence=F("sequence") + 1, updated_at=clock.now())
    )
    booking.state, booking.ended_at = state, at
    if turned:
        data = {"ended_at": iso(at)} if at else None
        record_event(event=event, actor=actor, obj=booking, data=data)
        recheck(actor=actor, booking_ids=[booking.pk])
    return booking


def _need(booking: Booking, wanted: set[Needed]) -> bool:
    """Write whom a booking needs; return whether that is new."""
    rows = {Needed(row.user_id, Duty(row.duty)): row.pk for row in booking.people.all()}
    gone = [pk for need, pk in rows.items() if need not in wanted]
    fresh = sorted(wanted - rows.keys(), key=lambda need: (need.user_id, need.duty))
    if gone:
        booking.people.filter(pk__in=gone).delete()
    if fresh:
        BookedPerson.objects.bulk_create(
            BookedPerson(booking=booking, user_id=need.user_id, duty=need.duty) for need in fresh
        )
    return bool(gone or fresh)


def _move(booking: Booking, wanted: set[int]) -> None:
    there = set(booking.components.values_list("component_id", flat=True))
    if there - wanted:
        booking.components.filter(component_id__in=there - wanted).delete()
    BookedComponent.objects.bulk_create(
        BookedComponent(booking=booking, component_id=pk) for pk in sorted(wanted - there)
    )


def _row(booking: Booking) -> tuple[object, ...]:
    """Return all that ``book`` writes of a booking itself."""
    return (*_shown(booking), booking.url, booking.change_class, booking.ended_at)


def _shown(booking: Booking) -> tuple[object, ...]:
    """Return what a reader of a calendar file must be told anew: its sequence rises with any of it."""
    times = booking.start, booking.end, booking.time_zone, booking.local_start, booking.local_end
    return (*times, booking.title, booking.state)


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
        "class": booking.change_class,
        "people": [
            f"{duty} person:{user}"
            for user, duty in booking.people.order_by("user_id", "duty").values_list("user_id", "duty")
        ],
    }
