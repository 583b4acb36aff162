"""Exports of the ledger: ask for a period, check the answers, watch the bundle grow, fetch it."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.accounts.selectors import people_with_role
from apps.audit.selectors import Filters
from apps.core.errors import Forbidden, IllegalTransition
from apps.exports import selectors, services
from apps.exports.enums import ExportState
from apps.exports.models import ExportJob
from apps.exports.rules.orders import Order, Scope
from apps.web.errors import not_found
from apps.web.forms.exports import PeriodForm
from apps.web.reader import actor_of, reader

COUNTED_UP_TO = 100_000
LISTED = 20
UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)


@login_required
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """Ask for a period, beside the exports there are. Whoever may not export reads why, and who can."""
    allowed = selectors.may_export(reader(request))
    if not allowed:
        return render(request, "exports/refused.html", {"refusal": allowed, "people": _exporters()})
    return _asked(request, PeriodForm(initial=request.GET.dict()))


def _asked(request: HttpRequest, form: PeriodForm) -> HttpResponse:
    jobs = list(selectors.exports_visible_to(reader(request))[:LISTED])
    return render(request, "exports/list.html", {"form": form, "jobs": jobs})


def _exporters() -> list[tuple[str, list[str]]]:
    return [(role.label, [str(person) for person in people_with_role(role)]) for role in selectors.OVERSEERS]


@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Show the answers with the number of entries they stand for; a POST starts the export."""
    user = reader(request)
    if not (allowed := selectors.may_export(user)):
        raise Forbidden(allowed.reason, remedy=allowed.remedy)
    form = PeriodForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _asked(request, form)
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    if request.method == "POST":
        job = services.request_export(actor=actor_of(request), order=Order(Scope(start, end)))
        return redirect("web:export", job.ref)
    period = Filters(start=form.period.start, end=form.period.end)
    count = selectors.ledger_count_for(user, period, cap=COUNTED_UP_TO + 1)
    context = {"form": form, "start": start, "end": end, "count": count, "cap": COUNTED_UP_TO}
    return render(request, "exports/check.html", context)


@login_required
@require_safe
def export(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one export: its progress, then its bundle and how to verify it."""
    job = _export(request, ref)
    return render(request, "exports/export.html", _context(job))


@login_required
@require_safe
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how far an export is: the part of its page that asks again every two seconds."""
    return render(request, "exports/_job.html", _context(_export(request, ref)) | {"polled": True})


@login_required
@require_safe
def download(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Send the bundle while its link holds."""
    job = _export(request, ref)
    path = selectors.file_of(job)
    if path is None:
        raise IllegalTransition(
            f"{job.ref} cannot be downloaded: it is not finished, or its link has ended.",
            remedy="Ask for the same days again.",
        )
    name = f"countersign-{job.ref}-{job.start}-to-{job.end}.zip"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")


def _context(job: ExportJob) -> dict[str, object]:
    unfinished = job.state in UNFINISHED
    return {"job": job, "unfinished": unfinished, "ready": selectors.file_of(job) is not None}


def _export(request: HttpRequest, ref: str) -> ExportJob:
    job = selectors.export_for(reader(request), ref)
    if job is None:
        raise not_found(request, ("export", ref[:250]), exists=selectors.export_exists(ref))
    return job
