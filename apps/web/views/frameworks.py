"""The framework maps: which records of a period answer which clause, what is missing, and the records themselves."""

import csv
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.exports.rules.spreadsheet import safe_cell
from apps.insights import selectors
from apps.insights.rules.frameworks import FRAMEWORKS, Answer, Framework, answers
from apps.insights.rules.grammar import count
from apps.insights.rules.measures import MEASURES, Measure
from apps.insights.selectors import Found
from apps.web import entries
from apps.web.entry_words import WORDS
from apps.web.forms.frameworks import MapForm, quarters
from apps.web.reader import reader

PAGE = 50
_HEAD = [
    "Framework",
    "Clause",
    "What it asks",
    "Kind",
    "Number",
    "What was counted",
    "Exactly",
    "From",
    "To",
    "Records",
]


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show each framework with how many of its clauses have gaps in a period."""
    form = _period(request)
    numbers = selectors.numbers_for(reader(request), form.span)
    maps = [(framework, _summary(answers(framework, numbers))) for framework in FRAMEWORKS.values()]
    return render(request, "frameworks/list.html", _context(form) | {"maps": maps})


@login_required
@require_safe
def framework(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the map of one framework."""
    form, chosen = _period(request), _framework(slug)
    found = answers(chosen, selectors.numbers_for(reader(request), form.span))
    context = {"framework": chosen, "answers": found, "summary": _summary(found), "query": _query(form)}
    return render(request, "frameworks/framework.html", _context(form) | context)


@login_required
@require_safe
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the map of one framework as a table for spreadsheets, which runs nothing in them."""
    form, chosen = _period(request), _framework(slug)
    found = answers(chosen, selectors.numbers_for(reader(request), form.span))
    start, end = form.days
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{start}-to-{end}.csv"'
    lines = csv.writer(answer, lineterminator="\r\n")
    lines.writerow(_HEAD)
    for each in found:
        for line in _lines(request, chosen, each, form):
            lines.writerow([safe_cell(cell) for cell in line])
    return answer


@login_required
@require_safe
def records(request: HttpRequest, name: str) -> HttpResponse:
    """Show the records behind one number."""
    form, measure = _period(request), MEASURES.get(name)
    if measure is None:
        raise Http404
    selectors.may_list(reader(request), measure).require()
    page = Paginator(selectors.records_for(reader(request), measure, form.span), PAGE).get_page(
        request.GET.get("page")
    )
    rows = [(each, _address(each), _said(each)) for each in map(selectors.found, page)]
    number = page.paginator.count
    context = {
        "measure": measure,
        "page": page,
        "rows": rows,
        "number": number,
        "said": measure.one if number == 1 else measure.many,
    }
    return render(request, "frameworks/records.html", _context(form) | context)


def _period(request: HttpRequest) -> MapForm:
    selectors.may_read_maps(reader(request)).require()
    asked = (
        request.GET
        if {"start", "end"} & set(request.GET)
        else dict(zip(("start", "end"), quarters()[0], strict=True))
    )
    form = MapForm(asked)
    form.is_valid()
    return form


def _context(form: MapForm) -> dict[str, object]:
    start, end = form.days
    return {
        "form": form,
        "start": start,
        "end": end,
        "query": _query(form),
        "quarters": [(_named(each), _days(each), each == (start, end)) for each in quarters()],
        "now": clock.now(),
    }


def _query(form: MapForm) -> str:
    return _days(form.days)


def _days(days: tuple[date, date]) -> str:
    return urlencode({"start": days[0].isoformat(), "end": days[1].isoformat()})


def _named(days: tuple[date, date]) -> str:
    return f"Q{(days[0].month + 2) // 3} {days[0].year}"


def _summary(found: list[Answer]) -> dict[str, int | str]:
    gaps = sum(bool(each.gaps) for each in found)
    return {
        "clauses": len(found),
        "answered": sum(not each.empty for each in found),
        "gaps": gaps,
        "gap_words": count(gaps, "clause"),
    }


def _framework(slug: str) -> Framework:
    if slug not in FRAMEWORKS:
        raise Http404
    return FRAMEWORKS[slug]


def _lines(request: HttpRequest, chosen: Framework, answer: Answer, form: MapForm) -> list[list[str]]:
    clause, days = answer.clause, [day.isoformat() for day in form.days]
    head = [chosen.name, clause.ref, clause.asks]
    lines = [
        [
            *head,
            kind,
            str(each.number),
            each.said,
            each.measure.why,
            *days,
            _link(request, each.measure, form),
        ]
        for kind, counted in (("Records", answer.records), ("Gap", answer.gaps))
        for each in counted
    ]
    if clause.missing:
        lines.append([*head, "Not kept here", "", clause.missing, "", *days, ""])
    return lines


def _link(request: HttpRequest, measure: Measure, form: MapForm) -> str:
    path = reverse("web:framework-records", args=[measure.name])
    return request.build_absolute_uri(f"{path}?{_query(form)}")


def _address(each: Found) -> str:
    if each.entry is not None:
        return reverse("web:ledger-entry", args=[each.entry])
    return entries.address(each.kind, each.ref)


def _said(each: Found) -> str:
    return WORDS.get(each.said, each.said).partition("{")[0].rstrip(" :,") if each.entry else each.said
