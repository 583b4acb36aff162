"""Briefings to read: of one change, of a week or a quarter, of a portfolio, and those that were signed before."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.changes.selectors import change_exists, change_for, is_revised_by_other
from apps.core import clock
from apps.insights.rules.covering import Portfolio
from apps.insights.rules.endings import how_it_ended
from apps.insights.rules.glossary import GLOSSARY
from apps.insights.rules.periods import Period, PeriodKind, period_named, period_of
from apps.insights.selectors import (
    About,
    about_for,
    about_period,
    asked_of,
    briefing_for,
    period_for,
    portfolio_for,
    portfolios_for,
    version_exists,
    version_for,
    versions_for,
)
from apps.insights.selectors.papers import signatures_of
from apps.reviews.models import Review
from apps.web.briefing_page import paper, paper_of
from apps.web.errors import not_found
from apps.web.reader import reader

PAGE = 25
_LISTS = ("decisions", "starting", "ended")
_FAR = timedelta(days=366 * 20)


@login_required
@require_safe
def change_briefing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the briefing of one change: as it was signed, if it was, and as the facts are now."""
    change = change_for(reader(request), ref)
    if change is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    if is_revised_by_other(change, reader(request)):
        return redirect("web:change", change.ref)
    about = About(change.ref, change)
    context = {
        "change": change,
        "asked": asked_of(reader(request), change),
        **paper(request, about, briefing_for(change)),
    }
    return render(request, "briefings/change.html", context)


@login_required
@require_safe
def this_week(request: HttpRequest) -> HttpResponse:
    """Show the briefing of a week: this one, or that of ``?week=2026-11-09``."""
    today = clock.now().astimezone(ZoneInfo(reader(request).time_zone)).date()
    return _period(request, period_of(PeriodKind.WEEK, _day(request.GET.get("week", ""), today)))


@login_required
@require_safe
def period_briefing(request: HttpRequest, name: str) -> HttpResponse:
    """Show the briefing of a week (``2026-W46``) or of a quarter (``2026-Q4``)."""
    return _period(request, _named(name))


@login_required
@require_safe
def portfolio_briefing(request: HttpRequest, name: str, kind: str, ref: str) -> HttpResponse:
    """Show the briefing of what a team owns, or of a product with what it rests on, in a period."""
    portfolio = portfolio_for(reader(request), kind, ref)
    if portfolio is None:
        raise Http404(f"There is no portfolio {kind}/{ref}, or it is not yours to see.")
    return _period(request, _named(name), portfolio)


@login_required
@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one version as it was written, who signed it, and what has moved since."""
    user = reader(request)
    found = version_for(user, number)
    if found is None:
        raise not_found(request, ("briefing", f"BRF-{number}"), exists=version_exists(number))
    about = about_for(user, found.about)
    assert about is not None
    context = {"version": found, **paper_of(request, about, found), "signatures": signatures_of(found)}
    return render(request, "briefings/version.html", context)


@login_required
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """List the versions that were written, all or about one thing, and the portfolios that can be looked at."""
    user = reader(request)
    asked = request.GET.get("about", "")[:260]
    about = about_for(user, asked) if asked else None
    if asked and about is None:
        raise Http404("There is no such briefing, or it is not yours to see.")
    today = clock.now().astimezone(ZoneInfo(user.time_zone)).date()
    context = {
        "about": about,
        "page": Paginator(versions_for(user, about), PAGE).get_page(request.GET.get("page")),
        "portfolios": [] if about else portfolios_for(user),
        "quarter": period_of(PeriodKind.QUARTER, today),
    }
    return render(request, "briefings/library.html", context)


@login_required
@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """Show the words of the trade, and what briefings say instead."""
    return render(
        request, "briefings/words.html", {"entries": sorted(GLOSSARY, key=lambda one: one.word.lower())}
    )


def _period(request: HttpRequest, period: Period, portfolio: Portfolio | None = None) -> HttpResponse:
    turned_to = {name: int(asked) for name in _LISTS if _is_number(asked := request.GET.get(name, ""))}
    found = period_for(reader(request), period, portfolio, turned_to)
    today = clock.now().astimezone(ZoneInfo(reader(request).time_zone)).date()
    about = about_period(period, portfolio)
    context = {
        "found": found,
        "now": clock.now(),
        "about": about,
        "other": _other(period, today),
        "ended": [(review, _ending(review)) for review in found.ended],
        **paper(request, about, found.briefing),
    }
    return render(request, "briefings/period.html", context)


def _other(period: Period, today: date) -> Period:
    """Return the quarter of a week; of a quarter the week we are in, or its first."""
    if period.kind == PeriodKind.WEEK:
        return period_of(PeriodKind.QUARTER, period.first)
    return period_of(PeriodKind.WEEK, today if period.holds(today) else period.first)


def _named(name: str) -> Period:
    period = period_named(name)
    if period is None:
        raise Http404("There is no such week or quarter. Write 2026-W46 or 2026-Q4.")
    return period


def _day(asked: str, today: date) -> date:
    """Return the day that was asked for, or today when that is no day of our time."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return today
    return day if abs(day - today) < _FAR else today


def _is_number(asked: str) -> bool:
    return asked.isascii() and asked.isdecimal() and len(asked) < 7


def _ending(review: Review) -> str:
    zone = ZoneInfo(review.change.time_zone)
    return how_it_ended(review.outcome, review.actual_start, review.actual_end, zone=zone, today=clock.now())
