"""The calendar as a month and as an agenda."""

import calendar
from datetime import date
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.calendar.selectors import (
    bookings_between,
    conflicts_of_all,
    freezes_between,
    last_checked,
    may_plan_some,
)
from apps.core import clock
from apps.web.forms.calendar import CalendarFilter
from apps.web.planning.agenda import agenda_of
from apps.web.planning.marks import Clash, Event, clashes_of, events_of, freeze_url, scope_words
from apps.web.planning.month import Month, month_named, weeks_of
from apps.web.reader import reader

Context = dict[str, object]


@login_required
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """Show a month as a table; on a phone, as an agenda."""
    return render(request, "calendar/month.html", _calendar(request, "web:calendar", table=True))


@login_required
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """Show a month, or one day of it, as a list."""
    return render(request, "calendar/agenda.html", _calendar(request, "web:calendar-agenda", table=False))


def _calendar(request: HttpRequest, here: str, *, table: bool) -> Context:
    zone, user = timezone.get_current_timezone(), reader(request)
    today = clock.now().astimezone(zone).date()
    shown = month_named(request.GET.get("month", ""), today, zone)
    form = CalendarFilter(request.GET)
    chosen = form.chosen
    found = bookings_between(user, shown.start, shown.end, **chosen)
    bookings = found.select_related("change").prefetch_related(None)
    freezes = list(freezes_between(user, shown.start, shown.end, **chosen))
    events = events_of(bookings, conflicts_of_all([booking.ref for booking in bookings]))
    clashes = clashes_of(events)
    day = _day(request, shown)
    context: Context = {
        "weekdays": list(calendar.day_name),
        "form": form,
        "month": shown,
        "today": today,
        "day": day,
        "clashes": clashes,
        "freezes": [(freeze, freeze_url(freeze), scope_words(freeze)) for freeze in freezes],
        "said": _said(events, len(freezes), clashes),
        "checked_at": last_checked(),
        "may_freeze": may_plan_some(user),
        "agenda": agenda_of(
            events,
            freezes,
            first=day or _first(request, shown, today),
            last=day or shown.days[-1],
            today=today,
            zone=zone,
        ),
        "links": _links(here, shown, chosen),
    }
    if table:
        context["weeks"] = weeks_of(shown, events, freezes, clashes, today)
    return context


def _first(request: HttpRequest, shown: Month, today: date) -> date:
    """Return where the agenda starts: today, unless the address names a month."""
    return today if today in shown.days and "month" not in request.GET else shown.days[0]


def _day(request: HttpRequest, shown: Month) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if day in shown.days else None


def _links(here: str, shown: Month, chosen: dict[str, str]) -> dict[str, str]:
    def to(name: str, **query: str) -> str:
        asked = urlencode(query | chosen)
        return reverse(name) + (f"?{asked}" if asked else "")

    return {
        "before": to(here, month=shown.before.code),
        "after": to(here, month=shown.after.code),
        "today": to(here),
        "month": to("web:calendar", month=shown.code),
        "agenda": to("web:calendar-agenda", month=shown.code),
        "clear": f"{reverse(here)}?month={shown.code}" if chosen else "",
    }


def _said(events: list[Event], freezes: int, clashes: list[Clash]) -> str:
    """Return what is in view: "14 changes, 2 freezes and 1 conflict in view."."""
    blocking = sum(clash.found.blocking for clash in clashes)
    parts = [
        _count(len(events), "change"),
        _count(freezes, "freeze"),
        _count(blocking, "conflict"),
        _count(len(clashes) - blocking, "warning"),
    ]
    kept = [parts[0], *(part for part in parts[1:] if not part.startswith("0 "))]
    return " and ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept) + " in view."


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
