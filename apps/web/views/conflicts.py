"""A conflict between plans: shown with both its sides, and settled."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.calendar.models import Conflict
from apps.calendar.selectors import (
    conflict_exists,
    conflict_for,
    crowd_of,
    disposition_in_hand,
    waiver_for,
    waiver_named,
)
from apps.changes.selectors import changes_in, settle_decision
from apps.changes.selectors.playbooks import CONFLICT
from apps.changes.services import ask_waiver, end_disposition, link_after
from apps.core.errors import Invalid, Stale
from apps.playbooks.selectors import place, playbooks_at
from apps.web.errors import add_to_form, not_found
from apps.web.forms.conflicts import AfterForm, WaiverForm
from apps.web.planning.settling import Page, page_of
from apps.web.reader import actor_of, reader

LISTED = 20
"""Other changes of a limit that the page names before it says how many more there are."""


@login_required
@require_safe
def conflict(request: HttpRequest, number: int) -> HttpResponse:
    """Show a conflict: both sides, the path between them, its history, and the ways to settle it."""
    return _page(request, _conflict(request, number))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def after(request: HttpRequest, number: int) -> HttpResponse:
    """Let one of the two go after the other."""
    found = _conflict(request, number)
    if request.method != "POST":
        return redirect("web:conflict", number)
    _permit(request, found)
    form = AfterForm(request.POST, prefix="after", sides=_choices(found))

    def act() -> str:
        given = form.cleaned_data
        made = link_after(
            actor=actor_of(request), conflict=found, first=given["first"], reason=given["reason"]
        )
        assert made.first and made.second  # noqa: PT018
        return f"{made.second.ref} goes after {made.first.ref} now. Neither is kept back by this conflict."

    return _done(request, found, form, act, after=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waiver(request: HttpRequest, number: int) -> HttpResponse:
    """Ask those who answer for both sides to waive the conflict for a time."""
    found = _conflict(request, number)
    if request.method != "POST":
        return redirect("web:conflict", number)
    _permit(request, found)
    form = WaiverForm(request.POST, prefix="waiver")

    def act() -> str:
        given = form.cleaned_data
        made = ask_waiver(
            actor=actor_of(request),
            conflict=found,
            until=form.until_in(reader(request).time_zone),
            reason=given["reason"],
            compensating=given["compensating"],
        )
        return f"{made.ref} is out to be signed. The conflict counts until everyone has signed."

    return _done(request, found, form, act, waiver=form)


@login_required
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what settles the conflict, or what is out to be signed."""
    found = _conflict(request, number)
    held = disposition_in_hand(found)
    if held is None or str(held.pk) != request.POST.get("disposition"):
        raise Stale("This has ended already.", remedy="Reload the page and look again.")
    end_disposition(actor=actor_of(request), disposition=held)
    messages.success(request, "It is taken back. If the two still meet, the conflict counts again.")
    return redirect("web:conflict", number)


@login_required
@require_safe
def waiver_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Lead from a waiver's reference to the conflict that it is about."""
    found = waiver_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("waiver", ref), exists=waiver_named(ref) is not None)
    return redirect("web:conflict", found.conflict_id)


def _permit(request: HttpRequest, found: Conflict) -> None:
    """Refuse whoever may not settle it before anything is said of what they sent."""
    settle_decision(actor_of(request), changes_in(found)).require()


def _done(
    request: HttpRequest, found: Conflict, form: forms.Form, act: Callable[[], str], **forms_given: forms.Form
) -> HttpResponse:
    if form.is_valid():
        try:
            said = act()
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, said)
            return redirect("web:conflict", found.pk)
    return _page(request, found, status=422, **forms_given)


def _page(request: HttpRequest, found: Conflict, *, status: int = 200, **given: forms.Form) -> HttpResponse:
    page: Page = page_of(reader(request), actor_of(request), found)
    crowd = crowd_of(reader(request), found)
    context = {
        "page": page,
        "crowd": crowd[:LISTED],
        "more_crowd": max(len(crowd) - LISTED, 0),
        "after": given.get("after") or AfterForm(prefix="after", sides=_choices(found)),
        "waiver": given.get("waiver") or WaiverForm(prefix="waiver"),
        "has_errors": bool(given),
        "playbooks": playbooks_at(reader(request), [place(CONFLICT, found.kind)]),
    }
    return render(request, "calendar/conflict.html", context, status=status)


def _choices(found: Conflict) -> list[tuple[str, str]]:
    return [(one.ref, f"{one.ref}: {one.title}") for one in (found.booking, found.other) if one is not None]


def _conflict(request: HttpRequest, number: int) -> Conflict:
    found = conflict_for(reader(request), number)
    if found is None:
        raise not_found(request, ("conflict", str(number)), exists=conflict_exists(number))
    return found
