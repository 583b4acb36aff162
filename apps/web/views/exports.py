"""Exports of the ledger: answer step by step, check the answers, watch the file grow, fetch it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from apps.accounts.selectors import people_with_role
from apps.exports import selectors, services
from apps.exports.enums import Column, ExportFormat, ExportState, Withheld
from apps.exports.models import ExportJob
from apps.exports.rules.orders import Order, order_from
from apps.exports.services.estimating import estimate
from apps.web.errors import not_found
from apps.web.forms import exports as forms
from apps.web.reader import actor_of, reader

LISTED = 10
UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)
TYPES = {
    ExportFormat.BUNDLE: "application/zip",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSONL: "application/jsonl",
}
_ADDRESSES = {"scope": "web:exports", "fields": "web:export-fields", "format": "web:export-format"}


@login_required
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """Ask for the scope, beside the exports there are. Whoever may not export reads why, and who can."""
    allowed = selectors.may_export(reader(request))
    if not allowed:
        return render(request, "exports/refused.html", {"refusal": allowed, "people": _exporters()})
    return _step(request, forms.SCOPE)


@login_required
@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """Ask which columns a table has, and what is left out."""
    return _later_step(request, forms.FIELDS)


@login_required
@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """Ask for the form of the file."""
    return _later_step(request, forms.FORM)


def _later_step(request: HttpRequest, step: forms.Step) -> HttpResponse:
    _refuse_others(request)
    given = forms.OrderForm(request.GET)
    wrong = given.wrong_step(forms.STEPS.index(step))
    return _step(request, wrong, given) if wrong else _step(request, step)


def _refuse_others(request: HttpRequest) -> None:
    selectors.may_export(reader(request)).require()


def _step(request: HttpRequest, step: forms.Step, wrong: forms.OrderForm | None = None) -> HttpResponse:
    """Show a step, as it was answered; with what is wrong, when something is."""
    given = request.POST if request.method == "POST" else request.GET
    asked = wrong or forms.OrderForm(initial=forms.answers(given))
    held = [name for other in forms.STEPS if other is not step for name in other.fields]
    place = forms.STEPS.index(step) + 1
    context = {
        "form": asked,
        "step": step,
        "shown": [asked[name] for name in step.fields if name != "seed" or _is_sample(asked)],
        "held": [(name, value) for name in held for value in given.getlist(name) if value],
        "next": _address(forms.STEPS[place]) if place < len(forms.STEPS) else reverse("web:export-new"),
        "steps": _steps(step, given.urlencode()),
        "cards": _cards(request),
        "unmet": forms.unmet(given),
    }
    return render(request, "exports/step.html", context)


def _is_sample(asked: forms.OrderForm) -> bool:
    return asked["subject"].value() == "sample"


def _address(step: forms.Step) -> str:
    return reverse(_ADDRESSES[step.name])


@dataclass(frozen=True)
class _Mark:
    """A step in the line of steps: its title, its address once it is answered, and whether it is this one."""

    title: str
    address: str
    current: bool


def _steps(current: forms.Step | None, query: str) -> list[_Mark]:
    place = forms.STEPS.index(current) if current is not None else len(forms.STEPS)
    marks = [
        _Mark(step.title, f"{_address(step)}?{query}" if at < place else "", at == place)
        for at, step in enumerate(forms.STEPS)
    ]
    return [*marks, _Mark("Check and start", "", current is None)]


@dataclass(frozen=True)
class _Card:
    """An export beside the steps."""

    job: ExportJob
    title: str
    unfinished: bool


def _cards(request: HttpRequest) -> list[_Card]:
    jobs = selectors.exports_visible_to(reader(request))[:LISTED]
    return [_Card(job, forms.period_said(job.start, job.end), job.state in UNFINISHED) for job in jobs]


def _exporters() -> list[tuple[str, list[str]]]:
    return [(role.label, [str(person) for person in people_with_role(role)]) for role in selectors.OVERSEERS]


@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Show the answers with the number of entries they stand for; a POST starts the export."""
    _refuse_others(request)
    given = request.POST if request.method == "POST" else request.GET
    asked = forms.OrderForm(given)
    if not asked.is_valid():
        return _step(request, asked.wrong_step(len(forms.STEPS)) or forms.SCOPE, asked)
    order = asked.order()
    if request.method == "POST":
        job = services.request_export(actor=actor_of(request), order=order)
        return redirect("web:export", job.ref)
    query = given.urlencode()
    context = {
        "answers": [(name, said, f"{_address(step)}?{query}") for name, said, step in _answers(order)],
        "estimate": estimate(order),
        "is_filtered": order.scope.is_filtered,
        "names_left": Withheld.NAMES not in order.withheld or Withheld.TEXTS not in order.withheld,
        "held": [(name, value) for name in asked.fields for value in given.getlist(name) if value],
        "back": f"{_address(forms.FORM)}?{query}",
        "steps": _steps(None, query),
        "cards": _cards(request),
    }
    return render(request, "exports/check.html", context)


def _answers(order: Order) -> list[tuple[str, str, forms.Step]]:
    """Return the answers in words, each with the step that asked for it."""
    scope = order.scope
    withheld = [Withheld(each).label.lower() for each in order.withheld]
    left_out = f"Without {' and '.join(withheld)}" if withheld else "Nothing is left out"
    said = [
        ("Period", f"{forms.period_said(scope.start, scope.end)}, UTC", forms.SCOPE),
        ("Records", forms.said_of(order), forms.SCOPE),
        ("Fields", f"{_columns_said(order)}. {left_out}", forms.FIELDS),
        ("Format", order.format.label, forms.FORM),
    ]
    return said + ([("Seed", order.seed, forms.FORM)] if order.seed else [])


def _columns_said(order: Order) -> str:
    tables = (ExportFormat.XLSX, ExportFormat.CSV)
    if order.fields and order.format in tables:
        return ", ".join(Column(each).label for each in order.fields)
    return "All columns" if order.format in tables else "Whole entries"


@login_required
@require_safe
def export(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one export: its progress, then its file and how to verify it."""
    job = _export(request, ref)
    return render(request, "exports/export.html", _context(job))


@login_required
@require_safe
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how far an export is: the part of its page that asks again every two seconds."""
    return render(request, "exports/_job.html", _context(_export(request, ref)) | {"polled": True})


@login_required
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask whether to end an export before it is written; a POST ends it."""
    job = _export(request, ref)
    if request.method == "POST":
        services.cancel_export(actor=actor_of(request), job=job)
        messages.success(request, f"{job.ref} is cancelled.")
        return redirect("web:export", job.ref)
    context = {
        "question": f"Cancel {job.ref}?",
        "consequence": "The worker stops, and no file is left. You can ask for the same export again.",
        "action": "",
        "verb": f"Cancel {job.ref}",
        "cancel": reverse("web:export", args=[job.ref]),
        "keep": "Keep it going",
        "danger": True,
    }
    return render(request, "_confirm.html", context)


@login_required
@require_GET
def download(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Send the file while its link holds. The ledger keeps who took it."""
    job = _export(request, ref)
    path = services.fetch_export(actor=actor_of(request), job=job)
    kind = TYPES[ExportFormat(job.format)]
    return FileResponse(path.open("rb"), as_attachment=True, filename=_name(job), content_type=kind)


def _name(job: ExportJob) -> str:
    return f"countersign-{job.ref}-{job.start}-to-{job.end}.{services.SUFFIX[ExportFormat(job.format)]}"


def _context(job: ExportJob) -> dict[str, Any]:
    return {
        "job": job,
        "unfinished": job.state in UNFINISHED,
        "ready": selectors.file_of(job) is not None,
        "records": forms.said_of(order_from(job.order)) if job.order else "",
        "period": forms.period_said(job.start, job.end),
        "again": forms.address_of(job.order) if job.order else "",
        "name": _name(job),
    }


def _export(request: HttpRequest, ref: str) -> ExportJob:
    job = selectors.export_for(reader(request), ref)
    if job is None:
        raise not_found(request, ("export", ref[:250]), exists=selectors.export_exists(ref))
    return job
