"""The next free slot: when a change could go, and what holds the days on which it could not."""

from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.calendar.rules import in_hours
from apps.calendar.selectors import Slot, Slots, next_slots
from apps.catalog.selectors import graph
from apps.changes.models import Change
from apps.changes.selectors import may_ask_to_move, may_move, planned
from apps.core.actors import person
from apps.web.forms.slots import SlotForm
from apps.web.planning.marks import Stop, stops_of
from apps.web.reader import reader


@dataclass(frozen=True)
class Offer:
    """A slot with where it is taken, and what it meets, each with its path."""

    slot: Slot
    url: str
    beside: list[tuple[object, tuple[Stop, ...]]]


@login_required
@require_safe
def slots(request: HttpRequest) -> HttpResponse:
    """Take what is looked for from the address, and show the times that nothing blocks."""
    user = reader(request)
    form = SlotForm(request.GET or None, user=user)
    context: dict[str, object] = {"form": form}
    status = 200
    if request.GET:
        if form.is_valid():
            context |= _found(form, user)
        else:
            status = 422
    return render(request, "calendar/slots.html", context, status=status)


def _found(form: SlotForm, user: User) -> dict[str, object]:
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    change: Change | None = form.cleaned_data["change"]
    named = form.cleaned_data["components"]
    asked = form.asked(zone)
    if change:
        found = next_slots(**planned(change), asked=asked, exclude_ref=change.ref)
    else:
        found = next_slots([each.pk for each in named], asked)
    decision = may_move(change, person(user)) if change else None
    return {
        "change": change,
        "asked": asked,
        "length": in_hours(asked.length),
        "found": found,
        "offers": _offers(found, change if decision or _may_ask(change, user) else None, zone),
        "may_take": decision,
    }


def _may_ask(change: Change | None, user: User) -> bool:
    return change is not None and bool(may_ask_to_move(change, person(user)))


def _offers(found: Slots, change: Change | None, zone: ZoneInfo) -> list[Offer]:
    known = graph() if any(slot.beside for slot in found.slots) else None
    return [
        Offer(
            slot,
            _take(change, slot, zone) if change else "",
            [(each, stops_of("this change", each, known)) for each in slot.beside] if known else [],
        )
        for slot in found.slots
    ]


def _take(change: Change, slot: Slot, zone: ZoneInfo) -> str:
    """Return the address of the form that moves the change there, with the window filled in."""
    at, until = (f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}" for moment in (slot.start, slot.end))
    return f"{reverse('web:calendar-move', args=[change.ref])}?{urlencode({'at': at, 'until': until})}"
