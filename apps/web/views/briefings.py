"""Briefings: of one change, and of a week."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.changes.selectors import change_exists, change_for, is_revised_by_other
from apps.core import clock
from apps.insights.rules.endings import how_it_ended
from apps.insights.rules.readability import GRADE_GOAL
from apps.insights.selectors import asked_of, briefing_for, monday_of, week_for
from apps.reviews.models import Review
from apps.web.errors import not_found
from apps.web.reader import reader


@login_required
@require_safe
def change_briefing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the briefing of one change."""
    change = change_for(reader(request), ref)
    if change is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    if is_revised_by_other(change, reader(request)):
        return redirect("web:change", change.ref)
    context = {
        "change": change,
        "briefing": briefing_for(change),
        "asked": asked_of(reader(request), change),
        "goal": GRADE_GOAL,
    }
    return render(request, "briefings/change.html", context)


@login_required
@require_safe
def week_briefing(request: HttpRequest) -> HttpResponse:
    """Show the briefing of a week: this one, or that of ``?week=2026-11-09``."""
    zone = ZoneInfo(reader(request).time_zone)
    now = clock.now()
    week = week_for(reader(request), _monday(request.GET.get("week", ""), now.astimezone(zone).date()))
    context = {
        "week": week,
        "goal": GRADE_GOAL,
        "now": now,
        "span": _span(week.monday),
        "ended": [(review, _ending(review)) for review in week.ended],
    }
    return render(request, "briefings/week.html", context)


def _monday(asked: str, today: date) -> date:
    """Return the Monday of the week that was asked for, or of this one when that is no day of our time."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return monday_of(today)
    far = timedelta(days=366 * 20)
    return monday_of(day if abs(day - today) < far else today)


def _span(monday: date) -> str:
    """Return “9 to 15 November 2026”, naming each month and year once."""
    last = monday + timedelta(days=6)
    first = f"{monday.day}"
    if monday.month != last.month:
        first += f" {monday:%B}"
    if monday.year != last.year:
        first += f" {monday.year}"
    return f"{first} to {last.day} {last:%B %Y}"


def _ending(review: Review) -> str:
    zone = ZoneInfo(review.change.time_zone)
    return how_it_ended(review.outcome, review.actual_start, review.actual_end, zone=zone, today=clock.now())
