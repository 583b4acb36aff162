"""Documents: begun, written, moved to a newer version of their template, finished and read."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.canonical import canonical_bytes
from apps.core.errors import Stale
from apps.playbooks import selectors, services
from apps.playbooks.enums import DocumentState
from apps.playbooks.models import Document
from apps.playbooks.rules import Content, Problem, Unfit, read, shape_of
from apps.web.errors import not_found
from apps.web.reader import actor_of, reader
from apps.web.sheets import Act, Sheet, act_of, answers_of, rearranged
from apps.web.views.templates import template_of

_A_PAGE = 25


@login_required
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """List a person's own drafts, and the finished documents."""
    user = reader(request)
    page = Paginator(selectors.finished_documents(user), _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "drafts": list(selectors.drafts_of(user)[:_A_PAGE]),
        "page": page,
        "may_start": selectors.start_decision(actor_of(request)),
    }
    return render(request, "playbooks/documents.html", context)


@login_required
@require_POST
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a document with a template."""
    template = template_of(request, ref)
    document = services.start_document(actor=actor_of(request), template=template)
    return redirect("web:document-edit", document.ref)


@login_required
@require_safe
def document(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a document to read."""
    found = document_of(request, ref)
    context = {
        "document": found,
        "version": found.version,
        "answers": answers_of(shape_of(found.version.schema), found.content),
        "is_draft": found.state == DocumentState.DRAFT,
    }
    return render(request, "playbooks/document.html", context)


@login_required
@require_safe
def statement(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the very bytes that the digest of a finished document is taken over (RFC 8785)."""
    found = document_of(request, ref)
    if found.state != DocumentState.FINISHED:
        raise Http404(f"{found.ref} is not finished, so it has no digest yet.")
    sent = HttpResponse(canonical_bytes(selectors.statement_of(found)), content_type="application/json")
    sent.headers["Content-Disposition"] = f'attachment; filename="{found.ref}.json"'
    return sent


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a draft. Every button keeps what was typed; one of them finishes the document."""
    found = document_of(request, ref)
    selectors.write_decision(actor_of(request), found).require()
    if found.state != DocumentState.DRAFT:
        messages.info(request, f"{found.ref} is finished, so nobody can change it.")
        return redirect("web:document", found.ref)
    if request.method != "POST":
        return _shown(request, found, found.content)
    act = act_of(request.POST)
    shape = shape_of(found.version.schema)
    content, target = rearranged(shape, read(shape, request.POST), act)
    edition = request.POST.get("edition", "")
    try:
        found = services.save_document(
            actor=actor_of(request),
            document=found,
            title=request.POST.get("document-title", ""),
            content=content,
            edition=int(edition) if edition.isdecimal() and len(edition) < 9 else 0,
        )
    except Stale as error:
        said = (
            f"{error.reason} What you typed here is still below. Save again to keep it instead of the other."
        )
        return _shown(request, found, content, [Problem((), said)], status=409)
    return _next(request, found, act, target)


def _next(request: HttpRequest, found: Document, act: Act, target: str) -> HttpResponse:
    if act.verb == "finish":
        return _finished(request, found)
    if act.verb == "leave":
        messages.success(request, f"{found.ref} is saved as a draft.")
        return redirect("web:documents")
    if not target:
        messages.success(request, "The draft is saved.")
    anchor = f"#{target}" if target else ""
    return redirect(f"{reverse('web:document-edit', args=[found.ref])}{anchor}")


def _finished(request: HttpRequest, found: Document) -> HttpResponse:
    try:
        done = services.finish_document(actor=actor_of(request), document=found)
    except Unfit as error:
        return _shown(request, found, found.content, error.problems, status=422)
    messages.success(request, f"{done.ref} is finished. Nobody can change it now.")
    return redirect("web:document", done.ref)


def _shown(
    request: HttpRequest,
    found: Document,
    content: Content,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "document": found,
        "version": found.version,
        "title": request.POST.get("document-title", found.title),
        "sheet": Sheet(shape_of(found.version.schema), content, problems or []),
        "behind": selectors.is_behind(found),
        "has_errors": bool(problems),
    }
    return render(request, "playbooks/document_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what would find no place in the newest version of the template, and then move the draft there."""
    found = document_of(request, ref)
    selectors.write_decision(actor_of(request), found).require()
    if request.method == "POST":
        moved = services.move_document(actor=actor_of(request), document=found)
        messages.success(request, f"{moved.ref} now asks what version {moved.version.number} asks.")
        return redirect("web:document-edit", moved.ref)
    if not selectors.is_behind(found):
        messages.info(request, f"{found.ref} stands in the newest version of its template.")
        return redirect("web:document", found.ref)
    newest = selectors.current_version(found.version.template)
    context = {
        "document": found,
        "newest": newest,
        "leftovers": selectors.move_of(found).leftovers,
        "differences": selectors.differences(found.version, newest),
        "question": f"Move {found.ref} to version {newest.number} of its template?",
        "verb": "Move the draft",
        "cancel": reverse("web:document-edit", args=[found.ref]),
        "keep": "Keep the version it has",
    }
    return render(request, "playbooks/move.html", context)


def document_of(request: HttpRequest, ref: str) -> Document:
    """Return the document that an address names, or raise the 404 for this person."""
    found = selectors.document_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("document", ref), exists=selectors.document_exists(ref))
    return found
