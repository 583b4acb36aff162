"""The dashboards, their tables, and the records behind each number."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.accounts.selectors import saved_views_of
from apps.core import clock
from apps.insights import selectors
from apps.insights.rules.dashboards.numbers import ALL
from apps.insights.rules.dashboards.shapes import Asked
from apps.insights.selectors.counting import decisions_counted_at
from apps.web import entries
from apps.web.charts import table_file
from apps.web.dashboards import DASHBOARDS, FIGURES, FIRST, OF_DECISIONS, Figure, Reading, told_numbers
from apps.web.forms.dashboards import DashboardFilter
from apps.web.narrowed import applied
from apps.web.reader import reader

PAGE = 50
_FILTERS = {"team": "Team", "kind": "Kind", "tier": "Tier", "change_class": "Class"}


@login_required
@require_safe
def dashboard(request: HttpRequest, name: str = FIRST) -> HttpResponse:
    """Show the figures of one dashboard, over what the filters let through."""
    if name not in DASHBOARDS:
        raise Http404
    form = _form(request)
    saved = request.GET.get("view", name)
    if name == FIRST != saved in DASHBOARDS:
        return redirect(
            f"{_page(saved)}?{urlencode({k: v for k, v in request.GET.dict().items() if k != 'view'})}"
        )
    label, figures = DASHBOARDS[name]
    context: dict[str, Any] = {"form": form, "name": name, "label": label, "now": clock.now(), "charts": []}
    query = ""
    if form.is_valid():
        query = urlencode(form.query)
        context |= {"start": form.days[0], "end": form.days[1], "zone": form.scope.zone}
        reading = Reading(reader(request), form.scope, name, form.halves)
        for slug in figures:
            chart = FIGURES[slug].make(reading, _asked(form, slug))
            context["charts"].append((chart, f"{reverse('web:dashboard-table', args=[slug])}?{query}"))
        context |= _numbers(form, reading) | _saved(request, form, name)
    if name in OF_DECISIONS:
        context |= {"of_decisions": True, "counted_at": decisions_counted_at()}
    context["tabs"] = [
        (each, f"{_page(each)}?{query}" if query else _page(each), said)
        for each, (said, _) in DASHBOARDS.items()
    ]
    context["applied"] = applied(form, request.GET.dict(), _FILTERS, _page(name))
    return render(request, "dashboards/page.html", context)


@login_required
@require_safe
def table(request: HttpRequest, figure: str) -> HttpResponse:
    """Send the table of one figure for spreadsheets; of filters that cannot be read, say what is wrong."""
    form = _form(request)
    held = _figure(figure)
    if not form.is_valid():
        return _unread(request, form)
    return table_file(held.make(Reading(reader(request), form.scope), _asked(form, figure)))


@login_required
@require_safe
def records(request: HttpRequest, figure: str) -> HttpResponse:
    """Show the records behind one number: ``count`` names it, ``key`` the row that it stands in."""
    form, held = _form(request), _figure(figure)
    if not form.is_valid():
        return _unread(request, form)
    count, key = request.GET.get("count", ""), request.GET.get("key", "")
    if count not in held.said or key not in held.keys(form.scope):
        raise Http404
    rows = selectors.listed(held.find(reader(request), form.scope, count, key))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    number = page.paginator.count
    context = {
        "page": page,
        "rows": [(each, entries.address(each.kind, each.ref)) for each in map(selectors.found, page)],
        "number": number,
        "said": held.said[count][number != 1],
        "start": form.days[0],
        "end": form.days[1],
        "back": f"{_page(_home_of(figure))}?{urlencode(form.query)}#{figure}",
        "applied": applied(form, request.GET.dict(), _FILTERS),
    }
    return render(request, "dashboards/records.html", context)


def _numbers(form: DashboardFilter, reading: Reading) -> dict[str, Any]:
    """Return the numbers on top with the days that they are of, or nothing where none of the days has begun."""
    if form.recent is None:
        return {}
    first, last = form.recent
    query = form.query | {"key": ALL, "start": f"{first}", "end": f"{last}"}

    def link(figure: str, count: str) -> str:
        return f"{reverse('web:dashboard-records', args=[figure])}?{urlencode({'count': count} | query)}"

    return {"numbers": told_numbers(reading, link), "recent": form.recent}


def _saved(request: HttpRequest, form: DashboardFilter, name: str) -> dict[str, Any]:
    """Return the reader's saved views, of any dashboard, and what the one that is shown would keep."""
    return {
        "views": saved_views_of(reader(request), "dashboards"),
        "query": urlencode({"view": name} | form.kept),
        "keeps_days": "start" in form.kept,
        "at": reverse("web:dashboards"),
    }


def _form(request: HttpRequest) -> DashboardFilter:
    return DashboardFilter(request.GET.dict(), zone=ZoneInfo(reader(request).time_zone))


def _figure(slug: str) -> Figure:
    if slug not in FIGURES:
        raise Http404
    return FIGURES[slug]


def _asked(form: DashboardFilter, slug: str) -> Asked:
    path = reverse("web:dashboard-records", args=[slug])

    def link(count: str, key: str) -> str:
        return f"{path}?{urlencode({'count': count, 'key': key} | form.query)}"

    return Asked(form.scope, clock.now(), link)


def _page(name: str) -> str:
    return reverse("web:dashboards") if name == FIRST else reverse("web:dashboard", args=[name])


def _home_of(figure: str) -> str:
    return next(name for name, (_, figures) in DASHBOARDS.items() if figure in figures)


def _unread(request: HttpRequest, form: DashboardFilter) -> HttpResponse:
    """Show what is wrong with the filters of an address, at their fields."""
    return render(request, "dashboards/page.html", {"form": form, "name": "", "label": "Filters"}, status=422)
