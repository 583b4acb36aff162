"""The way through the wizard: show a step, rearrange what is typed, save it, and at the end submit."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.changes.enums import ChangeState, WizardStep
from apps.changes.models import Change
from apps.changes.rules.people import may_do, may_propose
from apps.changes.selectors import (
    change_exists,
    change_for,
    changes_visible_to,
    cover_of,
    missing_of,
    standing_of,
)
from apps.changes.services import start_draft, submit_change
from apps.core import actors
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked
from apps.gates.selectors import foreseen
from apps.web.errors import not_found, with_told
from apps.web.fields import problems
from apps.web.reader import reader
from apps.web.views.wizard.base import STEPS, Page
from apps.web.views.wizard.check import SubmitForm, answers_of, refused
from apps.web.views.wizard.how_back import HowBackPage
from apps.web.views.wizard.impact import ImpactPage
from apps.web.views.wizard.what import WhatPage
from apps.web.views.wizard.when import WhenPage
from apps.web.views.wizard.why import WhyPage

PAGES: dict[str, type[Page]] = {
    page.step: page for page in (WhatPage, WhyPage, ImpactPage, WhenPage, HowBackPage)
}
SAVING = ("next", "back", "leave")
MOST_DRAFTS = 5


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a change. Nothing is written until the first step is saved."""
    user = reader(request)
    decision = may_propose(standing_of(actors.person(user)))
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
    return _step(request, WhatPage(user, None, pick=request.GET.get("component", "")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """Show or save one step of a draft."""
    change = _change(request, ref)
    if step not in STEPS:
        raise Http404(f"The wizard has no step {step}.")
    if request.method != "POST" and not _mine(request, change):
        return _not_a_draft(request, change)
    if step == WizardStep.CHECK:
        return _submit(request, change) if request.method == "POST" else _check(request, change)
    if request.method == "POST":
        _require_mine(request, change)
    return _step(request, PAGES[step](reader(request), change))


@login_required
@require_http_methods(["GET", "HEAD"])
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on with a draft at the first step that misses something."""
    change = _change(request, ref)
    if not _mine(request, change):
        return _not_a_draft(request, change)
    gaps = missing_of(change)
    return redirect("web:change-edit", change.ref, gaps[0].step if gaps else WizardStep.CHECK.value)


def _change(request: HttpRequest, ref: str) -> Change:
    change = change_for(reader(request), ref)
    if change is None:
        raise not_found(request, ("change", ref[:40]), exists=change_exists(ref))
    return change


def _mine(request: HttpRequest, change: Change) -> bool:
    return change.state == ChangeState.DRAFT and change.requester_id == reader(request).pk


def _not_a_draft(request: HttpRequest, change: Change) -> HttpResponse:
    if change.state != ChangeState.DRAFT:
        said = f"{change.ref} is no longer a draft. To edit it, revise it: those whose part changes are asked again."
        messages.info(request, said)
    return redirect(f"/changes/{change.ref}/")


def _require_mine(request: HttpRequest, change: Change) -> None:
    """Refuse before anything that was typed is read: nobody edits another's draft, nor what is submitted."""
    decision = may_do("edit", change, standing_of(actors.person(reader(request)), change))
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
    if change.state != ChangeState.DRAFT:
        said = f"{change.ref} is {change.get_state_display().lower()}, so it cannot be edited."
        raise IllegalTransition(
            said, remedy="Revise it first. Those whose part changes are then asked again."
        )


def _step(request: HttpRequest, page: Page) -> HttpResponse:
    if request.method != "POST":
        page.show()
        return _shown(request, page)
    act = _act(request)
    if act not in SAVING:
        page.rearrange(request.POST, act)
        return _shown(request, page)
    return _saved(request, page, act)


def _act(request: HttpRequest) -> str:
    """Return which button was pressed. Enter goes on, or looks up a word that was typed and not looked up yet."""
    act = request.POST.get("act", "next")
    if act != "enter":
        return act
    word = request.POST.get("find", "").strip()
    return "find" if word and word != request.POST.get("found", "") else "next"


def _saved(request: HttpRequest, page: Page, act: str) -> HttpResponse:
    if not page.bind(request.POST):
        return _shown(request, page, status=422)
    actor = actors.person(reader(request))
    try:
        with transaction.atomic():
            change = page.change or start_draft(actor=actor)
            page.keep(actor, change, complete=act == "next")
    except Invalid:
        return _shown(request, page, status=422)
    return _onward(request, page.step, change, act)


def _onward(request: HttpRequest, step: WizardStep, change: Change, act: str) -> HttpResponse:
    if act == "leave":
        messages.success(request, f"{change.ref} is saved as a draft. Go on with it whenever you like.")
        return redirect("/changes/")
    place = STEPS.index(step) + (1 if act == "next" else -1)
    return redirect("web:change-edit", change.ref, STEPS[max(place, 0)].value)


def _shown(request: HttpRequest, page: Page, *, status: int = 200) -> HttpResponse:
    context = {
        "page": page,
        "change": page.change,
        "form": page.answers.form,
        "lists": page.answers.lists,
        "problems": problems([page.answers.form, *page.answers.lists.values()]),
        "has_errors": status == 422,
        "focus": page.focus,
        "steps": _steps(page.change, page.step),
        "following": _after(page.step),
        "drafts": _drafts(request) if page.change is None else [],
        "cover": cover_of(page.change, page.change.risk) if page.change else None,
    }
    return render(request, page.template, context | page.context(), status=status)


def _check(request: HttpRequest, change: Change, form: SubmitForm | None = None) -> HttpResponse:
    answers = answers_of(change)
    context = {
        "change": change,
        "answers": answers,
        "cover": answers.forecast.cover,
        "form": form or SubmitForm(),
        "has_errors": form is not None,
        "steps": _steps(change, WizardStep.CHECK),
    }
    return render(request, "wizard/check.html", context, status=422 if form else 200)


def _submit(request: HttpRequest, change: Change) -> HttpResponse:
    act = request.POST.get("act", "submit")
    if act != "submit":
        return _onward(request, WizardStep.CHECK, change, act)
    try:
        submit_change(actor=actors.person(reader(request)), change=change)
    except (Invalid, PolicyBlocked) as error:
        return _check(request, change, refused(with_told(request, error)))
    messages.success(request, f"{change.ref} is submitted. Everyone who must sign has been asked.")
    for one in foreseen(change):
        said = f"A rule speaks against it, so it cannot go out like this. {one.rule.title}: {one.reason}"
        messages.warning(request, f"{said} {one.remedy}".rstrip())
    return redirect(f"/changes/{change.ref}/")


@dataclass(frozen=True)
class Stop:
    """A step as the list at the top shows it. Those before the current one are done."""

    label: str
    url: str
    done: bool
    current: bool


def _steps(change: Change | None, here: WizardStep) -> list[Stop]:
    place = STEPS.index(here)
    return [
        Stop(
            "Check and submit" if step == WizardStep.CHECK else step.label,
            reverse("web:change-edit", args=[change.ref, step.value]) if change else "",
            at < place,
            at == place,
        )
        for at, step in enumerate(STEPS)
    ]


def _after(step: WizardStep) -> str:
    """Return the name of the next step, as the button says it: "when", "how back", "check"."""
    return STEPS[STEPS.index(step) + 1].label.lower()


def _drafts(request: HttpRequest) -> list[Change]:
    mine = changes_visible_to(reader(request)).filter(state=ChangeState.DRAFT, requester=reader(request))
    return list(mine.order_by("-updated_at")[:MOST_DRAFTS])
