"""The list of changes, the page of one, its revisions, and the pages that ask before a step."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.changes import selectors, services
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import Filters
from apps.core import actors
from apps.core.errors import Invalid
from apps.web.change_page import context_of
from apps.web.change_words import BY_SLUG, Act
from apps.web.errors import add_to_form, not_found
from apps.web.forms.changes import ChangesFilter, ReasonForm
from apps.web.narrowed import applied, no_match
from apps.web.reader import reader
from apps.web.revision_page import lineages_of, marked, sections_of

TABS = {
    "open": "Open",
    "mine": "Mine",
    "waiting": "Waiting for signature",
    "week": "This week",
    "ended": "Ended",
    "all": "All",
}


@login_required
@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    """Show the changes that match the filters, in the chosen tab."""
    user = reader(request)
    form = ChangesFilter(request.GET)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    tab = _tab(request, chosen)
    filters = _filters(form, chosen, tab, request.GET.get("page", "1"))
    page = selectors.list_changes(user, filters)
    counts = selectors.tab_counts(user)
    may_propose = selectors.may_propose_now(user)
    filters_said = applied(form, request.GET.dict(), _FILTERS)
    newest = bool(chosen.get("q")) or tab in ("mine", "ended", "all")
    order = "newest first" if newest else "soonest window first"
    return render(
        request,
        "changes/list.html",
        {
            "form": form,
            "page": page,
            "tab": tab,
            "tabs": [(name, label, counts.get(name)) for name, label in TABS.items()],
            "applied": filters_said,
            "no_match": no_match(filters_said),
            "may_propose": may_propose,
            "said": f"{page.said_total} change{'' if page.total == 1 else 's'}, {order}. Times as planned.",
            "order": order,
            "clear": f"?tab={tab}",
        },
    )


def _tab(request: HttpRequest, chosen: dict[str, Any]) -> str:
    """Return the tab asked for. Who searches, or asks for a state, without naming a tab looks in all of them."""
    tab = request.GET.get("tab", "")
    if tab in TABS:
        return tab
    return "all" if chosen.get("q") or chosen.get("state") else "open"


def _filters(form: ChangesFilter, chosen: dict[str, Any], tab: str, page: str) -> Filters:
    start, end = form.period() if chosen else (None, None)
    return Filters(
        tab=tab,  # type: ignore[arg-type]
        text=chosen.get("q", ""),
        state=chosen.get("state", ""),
        change_class=chosen.get("change_class", ""),
        team=chosen.get("team", ""),
        component=chosen.get("component", ""),
        requester=chosen.get("requester", ""),
        risk=int(chosen.get("risk") or 0),
        start=start,
        end=end,
        page=int(page) if page.isdecimal() and len(page) < 6 else 1,
    )


_FILTERS = {
    "q": "Words",
    "state": "State",
    "change_class": "Class",
    "risk": "Risk",
    "team": "Team",
    "window": "Window",
    "component": "Component",
    "requester": "Requester",
}


@login_required
@require_safe
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one change. A draft leads on to where it is written."""
    user = reader(request)
    found = _change(request, user, ref)
    if found.state == ChangeState.DRAFT and found.requester_id == user.pk:
        return redirect(f"/changes/{found.ref}/edit/what/")
    if found.revision is None:
        return render(request, "changes/unsent.html", {"change": found})
    context = context_of(user, found, all_moments="all" in request.GET.get("timeline", ""))
    return render(request, "changes/change.html", context)


@login_required
@require_safe
def revision(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Show what is different between a revision and another (the one before, unless ``against`` names one)."""
    found = _change(request, reader(request), ref)
    shown = selectors.revision_of(found, int(number))
    if shown is None:
        raise Http404(f"{found.ref} has no revision {number}.")
    named = request.GET.get("against", "")
    other = int(named) if named.isdecimal() and len(named) < 6 else int(number) - 1
    before = selectors.revision_of(found, other)
    content = selectors.named_content(shown)
    context = {
        "change": found,
        "revision": shown,
        "number": number,
        "before": before,
        "rows": marked(selectors.differences(before, shown)) if before else [],
        "revisions": found.revisions.defer("content"),
        "sections": sections_of(content),
        "lineages": lineages_of(content),
    }
    return render(request, "changes/revision.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, ref: str, slug: str) -> HttpResponse:
    """Ask before a step, and take it on POST."""
    user = reader(request)
    found = _change(request, user, ref)
    step = BY_SLUG[slug]
    form = (
        ReasonForm(request.POST if request.method == "POST" else None, label=step.asks) if step.asks else None
    )
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _take(step, user, found, form.cleaned_data["reason"] if form else "")
        except Invalid as error:
            if form is None:
                raise
            add_to_form(form, error)
        else:
            messages.success(request, step.done.format(ref=found.ref))
            return redirect("web:change", ref=found.ref)
    decision = selectors.may_do_now(found, step.event, actors.person(user))
    context = {
        "change": found,
        "act": step,
        "decision": decision,
        "form": form,
        "question": step.question.format(ref=found.ref),
        "consequence": step.consequence,
        "verb": step.verb,
        "danger": step.danger,
        "cancel": f"/changes/{found.ref}/",
    }
    return render(request, "changes/act.html", context, status=200 if decision else 409)


def _take(step: Act, user: User, found: Change, reason: str) -> None:
    actor = actors.person(user)
    if step.asks:
        _WITH_REASON[step.event](actor=actor, change=found, reason=reason)
    else:
        _PLAIN[step.event](actor=actor, change=found)


_PLAIN = {
    "submit": services.submit_change,
    "revise": services.revise_change,
    "resume": services.resume_change,
    "start": services.start_change,
    "complete": services.complete_change,
    "close": services.close_change,
}
_WITH_REASON = {
    "withdraw": services.withdraw_change,
    "hold": services.hold_change,
    "roll_back": services.roll_back_change,
    "fail": services.fail_change,
}


def _change(request: HttpRequest, user: User, ref: str) -> Change:
    found = selectors.change_for(user, ref)
    if found is None:
        raise not_found(request, ("change", ref), exists=selectors.change_exists(ref))
    return found
