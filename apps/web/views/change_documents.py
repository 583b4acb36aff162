"""The documents of a change: which it has, and adding one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.changes import selectors, services
from apps.changes.models import Change
from apps.changes.rules.judged import judged_by
from apps.playbooks.selectors import templates_in_use
from apps.web.errors import not_found
from apps.web.forms.changes import AttachForm
from apps.web.reader import actor_of, reader
from apps.web.views.documents import document_of
from apps.web.views.templates import template_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the documents of a change; begin one with a template, or add one that is finished."""
    user = reader(request)
    change = change_or_404(request, ref)
    decision = selectors.attach_decision(change, actor_of(request))
    if request.method == "POST":
        decision.require()
        if "template" in request.POST:
            return _begun(request, change)
    form = AttachForm(request.POST or None, documents=selectors.attachable_to(user, change))
    if request.method == "POST" and form.is_valid():
        document = document_of(request, form.cleaned_data["document"])
        services.attach_document(actor=actor_of(request), change=change, document=document)
        messages.success(request, f"{document.ref} belongs to {change.ref} now.")
        return redirect("web:change-documents", change.ref)
    context = {
        "change": change,
        "documents": selectors.attached_to(user, change),
        "may_attach": decision,
        "versions": list(templates_in_use(user)) if decision else [],
        "form": form,
        "judged": judged_by("documents[]"),
    }
    return render(request, "changes/documents.html", context, status=422 if form.errors else 200)


def _begun(request: HttpRequest, change: Change) -> HttpResponse:
    template = template_of(request, request.POST["template"][:40])
    document = services.begin_document(actor=actor_of(request), change=change, template=template)
    messages.success(request, f"This document belongs to {change.ref}.")
    return redirect("web:document-edit", document.ref)


def change_or_404(request: HttpRequest, ref: str) -> Change:
    """Return a change that the reader may see; 404, and on record, when there is one that they may not."""
    found = selectors.change_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("change", ref), exists=selectors.change_exists(ref))
    return found
