"""The contracts of a change: which new versions it brings, what they do to consumers, and proposing one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.changes import selectors, services
from apps.changes.models import Change, ProposedContract
from apps.core.errors import Invalid
from apps.web.errors import add_to_form
from apps.web.forms.contracts import ContractForm
from apps.web.reader import actor_of
from apps.web.views.change_documents import change_or_404

MOST_SHOWN = 50
"""Differences of one contract that its page shows."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contracts(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the new versions of contracts that a change brings; propose one, or take one back."""
    change = change_or_404(request, ref)
    decision = selectors.contract_decision(change, actor_of(request))
    offered = selectors.contracts_offered(change)
    sent = request.method == "POST"
    form = ContractForm(request.POST if sent else None, request.FILES if sent else None, contracts=offered)
    if sent:
        decision.require()
        if "drop" in request.POST:
            return _dropped(request, change, request.POST["drop"])
        if form.is_valid() and (row := _proposed(request, change, form)):
            messages.success(request, _said(row))
            return redirect("web:change-contracts", change.ref)
    context = _context(request, change) | {"form": form, "may_propose": decision, "offered": offered}
    polls = bool(getattr(request, "htmx", False)) and request.method == "GET"
    page = "changes/_proposed.html" if polls else "changes/contracts.html"
    return render(request, page, context | {"polled": polls}, status=422 if form.errors else 200)


def _context(request: HttpRequest, change: Change) -> dict[str, Any]:
    shown = selectors.contracts_shown(change, MOST_SHOWN)
    return {"change": change, "shown": shown, "waiting": sum(one.row.is_waiting for one in shown)}


def _proposed(request: HttpRequest, change: Change, form: ContractForm) -> ProposedContract | None:
    """Propose what the form holds, or say at its fields why it is not taken."""
    file = form.cleaned_data["file"]
    try:
        return services.propose_contract(
            actor=actor_of(request),
            change=change,
            contract=form.cleaned_data["contract"],
            content=file.read(),
            file_name=file.name,
        )
    except Invalid as error:
        add_to_form(form, error)
        return None


def _said(row: ProposedContract) -> str:
    if row.comparison is None:
        return (
            f"The new version of {row.contract} is taken. It is large, so it is compared in the background."
        )
    return f"The new version of {row.contract} is compared: {row.comparison.get_level_display().lower()}."


def _dropped(request: HttpRequest, change: Change, number: str) -> HttpResponse:
    known = number.isascii() and number.isdecimal() and len(number) < 18
    proposal = selectors.proposal_of(change, int(number)) if known else None
    if proposal is None:
        raise Http404("There is no such proposal.")
    services.drop_contract(actor=actor_of(request), proposal=proposal)
    messages.success(request, "The new version is taken back.")
    return redirect("web:change-contracts", change.ref)
