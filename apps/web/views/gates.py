"""The gates of a change, its evidence, one report, and what the gate was asked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.changes.models import Change
from apps.changes.selectors import (
    carries_out,
    evidence_decision,
    evidence_of,
    items_of,
    measured_version,
    report_seen,
)
from apps.core.errors import Conflict, Invalid
from apps.evidence.models import Report
from apps.evidence.selectors import file_of, report_exists, results_of
from apps.evidence.services import Order, receive_evidence
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.selectors import decision_exists, decision_for, decisions_of
from apps.policy.selectors import may_ask_waiver
from apps.web.errors import add_to_form, not_found
from apps.web.forms.evidence import EvidenceForm
from apps.web.gates import STATES, gate_page
from apps.web.reader import actor_of, reader
from apps.web.views.change_documents import change_or_404

A_PAGE = 50
"""So many rows of a long list stand on one page."""


@login_required
@require_safe
def gates(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how a change stands before each stage, and what the gate was asked."""
    change = change_or_404(request, ref)
    decisions = decisions_of(reader(request), change)
    asked = list(decisions[:3])
    context = {
        "change": change,
        "page": gate_page(reader(request), change),
        "asked": asked,
        "times": decisions.count() if asked else 0,
        "address": request.build_absolute_uri("/"),
        "may_ask_waiver": may_ask_waiver(actor_of(request)),
    }
    return render(request, "gates/gates.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the evidence about what a change moves; take a file."""
    change = change_or_404(request, ref)
    items = items_of(change)
    may_send = evidence_decision(change, actor_of(request))
    if request.method == "POST":
        may_send.require()
    form = EvidenceForm(request.POST or None, request.FILES or None, items=items)
    if request.method == "POST" and form.is_valid() and (report := _received(request, change, form)):
        return redirect("web:evidence", report.ref)
    found = Paginator(evidence_of(reader(request), change), A_PAGE).get_page(request.GET.get("page"))
    context = {"change": change, "form": form, "reports": found, "moves": bool(items), "may_send": may_send}
    return render(request, "evidence/list.html", context, status=422 if form.errors else 200)


def _received(request: HttpRequest, change: Change, form: EvidenceForm) -> Report | None:
    """Send what the form holds, or say at its fields why it is not taken."""
    given = dict(form.cleaned_data)
    file = given.pop("file")
    try:
        version = measured_version(change, given.pop("component"))
        order = Order(version=version, content=file.read(), file_name=file.name, **given)
        actor = actor_of(request)
        received = receive_evidence(actor=actor, order=order, carries=carries_out(change, actor))
    except (Invalid, Conflict) as error:
        add_to_form(form, error if isinstance(error, Invalid) else Invalid({"file": [error.reason]}))
        return None
    report = received.report
    if received.created:
        messages.success(
            request,
            f"{report.ref} is taken: {report.get_format_display()}, {report.get_outcome_display().lower()}.",
        )
    else:
        messages.info(request, f"This file was sent before. It is {report.ref}.")
    return report


@login_required
@require_safe
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one piece of evidence, with its results."""
    found = _report_or_404(request, ref)
    rows = results_of(found)
    chosen = request.GET.get("outcome", "")
    if chosen in found.counts:
        rows = rows.filter(outcome=chosen)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"report": found, "results": page, "chosen": chosen, "total": sum(found.counts.values())}
    return render(request, "evidence/report.html", context)


@login_required
@require_safe
def raw_file(request: HttpRequest, ref: str) -> HttpResponse:
    """Return the file as it came, to be kept and not to be opened: it is a stranger's."""
    found = _report_or_404(request, ref)
    answer = HttpResponse(file_of(found), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{found.ref}"'
    return answer


@login_required
@require_safe
def asked(request: HttpRequest, ref: str) -> HttpResponse:
    """Show everything that the gate was asked about a change, and answered."""
    change = change_or_404(request, ref)
    found = Paginator(decisions_of(reader(request), change), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "gates/asked.html", {"change": change, "decisions": found})


@login_required
@require_safe
def decision(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one answer of the gate, with why."""
    found = _decision_or_404(request, ref)
    context = {
        "decision": found,
        "reasons": [row | {"kind": Answer(row["code"])} for row in found.reasons],
        "checks": [row | {"mark": STATES[row["state"]]} for row in found.checks],
    }
    return render(request, "gates/decision.html", context)


@login_required
@require_safe
def attestation(request: HttpRequest, ref: str) -> HttpResponse:
    """Return the attestation of a pass, byte for byte."""
    found = _decision_or_404(request, ref)
    if not found.attestation:
        raise not_found(request, ("gate", ref), exists=False)
    answer = HttpResponse(found.attestation, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{found.ref}.json"'
    return answer


def _report_or_404(request: HttpRequest, ref: str) -> Report:
    found = report_seen(reader(request), ref)
    if found is None:
        raise not_found(request, ("evidence", ref), exists=report_exists(ref))
    return found


def _decision_or_404(request: HttpRequest, ref: str) -> GateDecision:
    found = decision_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("gate", ref), exists=decision_exists(ref))
    return found
