"""What a page of the calendar costs with 10,000 changes in the time that it shows, on the server and in Chromium."""

import statistics
from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, OuterRef, Subquery, Value

from apps.accounts.models import User
from apps.calendar.models import Booking, Conflict
from apps.core import clock
from tests.bench.__main__ import say
from tests.bench.pages import measure_one, served, sign_in
from tests.bench.rows import vacuum
from tests.e2e.browser import chromium

LOADS = 9
PLACES = {"page": "/calendar/", "week": "/calendar/week/", "timeline": "/calendar/timeline/"}
READY = """() => new Promise(done => requestIdleCallback(
    () => requestAnimationFrame(() => done(performance.now()))
))"""
"""Milliseconds from the start of the navigation until the page is drawn and the browser has nothing left to do."""


def pages(person: User) -> dict[str, float]:
    """Serve the portal, and return the figures of the month that holds every change, and of a week and a fortnight."""
    first = squeezed()
    with served() as address:
        cookies = sign_in(address, person.username)
        figures: dict[str, float] = {}
        for name, place in PLACES.items():
            query = f"?month={first:%Y-%m}" if name == "page" else f"?from={first:%Y-%m-%d}"
            found = measure_one(name, address, ("GET", place + query, None), {"Cookie": cookies})
            figures[f"{name}_p95_ms"] = found[f"{name}_p95_ms"]
        figures["page_interactive_ms"] = interactive(f"{address}/calendar/?month={first:%Y-%m}", cookies)
    return figures


def squeezed() -> datetime:
    """Move every booking into the days of one month, three times as close as they were; return its first day."""
    first = (clock.now().replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    began = Booking.objects.earliest("start").start
    shift = ExpressionWrapper((F("start") - Value(began)) * Value(-0.7), output_field=DurationField())
    moved = shift + Value(first - began)
    Booking.objects.update(
        start=ExpressionWrapper(F("start") + moved, output_field=DateTimeField()),
        end=ExpressionWrapper(F("end") + moved, output_field=DateTimeField()),
    )
    # Each conflict goes with its booking, and PostgreSQL learns of it all, as it would in the hours after.
    Conflict.objects.update(
        start=Subquery(Booking.objects.filter(pk=OuterRef("booking")).values("start")),
        end=Subquery(Booking.objects.filter(pk=OuterRef("booking")).values("end")),
    )
    vacuum()
    held = Booking.objects.filter(start__gte=first, start__lt=first + timedelta(days=28)).count()
    say(f"{held:,} changes in {first:%B %Y}")
    return first


def interactive(url: str, cookies: str) -> float:
    """Return the median time until the month can be used in a browser, with its files in the cache."""
    taken = []
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        pairs = (cookie.split("=", 1) for cookie in cookies.split("; "))
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in pairs])
        page = context.new_page()
        page.goto(url)
        for _ in range(LOADS):
            page.goto(url)
            taken.append(page.evaluate(READY))
    say("interactive after " + ", ".join(f"{ms:.0f}" for ms in taken) + " ms")
    return statistics.median(taken)
