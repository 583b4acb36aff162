"""Briefings to write: begun from the facts, edited with their measure beside them, and sent to be signed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.errors import Invalid, Stale
from apps.insights.enums import BriefingState
from apps.insights.models import BriefingVersion
from apps.insights.rules.glossary import in_plain_words
from apps.insights.rules.paper import FIGURE_LIMIT, WORD_LIMIT, Briefing, briefing_of, moved
from apps.insights.rules.readability import GRADE_GOAL, GRADE_LIMIT
from apps.insights.rules.writing import measure_words, words_of
from apps.insights.selectors import (
    About,
    about_for,
    briefing_about,
    draft_version,
    may_write_briefing,
    version_exists,
    version_for,
)
from apps.insights.selectors.papers import open_round_of
from apps.insights.services import (
    ask_briefing_signature,
    begin_briefing,
    withdraw_briefing,
    write_briefing,
)
from apps.web.errors import add_to_form, not_found
from apps.web.forms.briefings import BriefingForm, initial_of
from apps.web.reader import actor_of, reader

_TEXTS = ("title", "heading", "decision", "changes", "affects", "wrong", "undo", "waiting")


@login_required
@require_POST
def begin(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin the next version of a briefing, or go on with the draft in hand."""
    about = about_for(reader(request), ref)
    if about is None:
        raise Http404("There is no such briefing, or it is not yours to see.")
    may_write_briefing(actor_of(request), about).require()
    held = draft_version(about)
    if held is None:
        held = begin_briefing(actor=actor_of(request), about=about)
        messages.success(request, "The draft says what the facts say. Nobody reads it until it is signed.")
    return redirect("web:briefing-edit", held.number)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Write a draft. The measure comes with every answer, and while one types where the browser runs scripts."""
    version, about = _draft(request, number)
    if version.state != BriefingState.DRAFT:
        messages.info(
            request, f"{version.ref} is {version.get_state_display().lower()}, so nobody can change it."
        )
        return redirect("web:briefing-version", number)
    now = briefing_about(reader(request), about)
    if request.method != "POST":
        initial = initial_of(briefing_of(version.document), now)
        return _page(request, version, about, now, BriefingForm(initial=initial, generated=now))
    form, act = BriefingForm(request.POST, generated=now), request.POST.get("act", "")
    if act == "withdraw":
        withdraw_briefing(actor=actor_of(request), about=about, version=version)
        messages.success(request, f"{version.ref} is given up. It stays on record.")
        return redirect("web:briefing-versions")
    if act == "plain":
        form = BriefingForm(_plain(request, now), generated=now)
    if form.is_valid() and act in ("save", "ask"):
        try:
            return _kept(request, version, about, form, act)
        except Invalid as error:
            add_to_form(form, error)
        except Stale as error:
            form.add_error(None, f"{error.reason} What you typed is still below.")
    return _page(request, version, about, now, form, 422 if form.errors and act in ("save", "ask") else 200)


def _draft(request: HttpRequest, number: int) -> tuple[BriefingVersion, About]:
    version = version_for(reader(request), number)
    about = about_for(reader(request), version.about) if version else None
    if version is None or about is None:
        raise not_found(request, ("briefing", f"BRF-{number}"), exists=version_exists(number))
    may_write_briefing(actor_of(request), about).require()
    return version, about


def _plain(request: HttpRequest, now: Briefing) -> dict[str, object]:
    """Return what was typed, with each word of the trade replaced that can be."""
    typed: dict[str, object] = {
        name: in_plain_words(request.POST.get(name, ""), names=now.names) for name in _TEXTS
    }
    return typed | {"figures": request.POST.getlist("figures"), "because": request.POST.get("because", "")}


def _kept(
    request: HttpRequest, version: BriefingVersion, about: About, form: BriefingForm, act: str
) -> HttpResponse:
    actor, seen = actor_of(request), request.POST.get("seen", "")
    kept = write_briefing(actor=actor, about=about, version=version, words=form.words(), seen=seen)
    if act == "save":
        messages.success(request, "The draft is kept.")
        return redirect("web:briefing-edit", version.number)
    version.digest = kept.digest
    ask_briefing_signature(
        actor=actor, about=about, version=kept, seen=kept.digest, because=form.cleaned_data["because"]
    )
    messages.success(request, "A sponsor is asked to sign it. It is read by all once one has.")
    return redirect("web:briefing-version", version.number)


def _page(
    request: HttpRequest,
    version: BriefingVersion,
    about: About,
    now: Briefing,
    form: BriefingForm,
    status: int = 200,
) -> HttpResponse:
    written = briefing_of(version.document)
    # Asking for its errors makes a form read what it was given, as far as that can be read.
    given = form.words() if form.is_bound and form.errors is not None else words_of(written)
    context = {
        "version": version,
        "about": about,
        "form": form,
        "texts": [form[name] for name in ("changes", "affects", "wrong", "undo", "waiting")],
        "measure": measure_words(given, now.names),
        "numbers": len(given.figures),
        "word_limit": WORD_LIMIT,
        "figure_limit": FIGURE_LIMIT,
        "goal": GRADE_GOAL,
        "limit": GRADE_LIMIT,
        "moved": moved(written.facts, now.facts),
        "round": open_round_of(version),
    }
    return render(request, "briefings/edit.html", context, status=status)
