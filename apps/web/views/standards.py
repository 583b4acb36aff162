"""Standard changes: the list, each with its uses, its versions, and making a change from one."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.selectors import holds_any_role
from apps.approvals.selectors import standing
from apps.changes import selectors, services
from apps.changes.enums import StandardState
from apps.changes.models import Standard, StandardVersion
from apps.changes.rules.standard_words import parts_moved, said_of
from apps.core.decisions import Decision
from apps.core.errors import Forbidden
from apps.reviews.enums import Becomes
from apps.reviews.selectors import behind_each, outcomes_of
from apps.web.errors import not_found
from apps.web.reader import actor_of, reader
from apps.web.standard_evidence import before_of
from apps.web.standard_words import how_it_went, use_of

SHOWN_USES = 50


@dataclass(frozen=True)
class Row:
    """A standard change as a list shows it: the version that stands for it, and whether one may use it now."""

    standard: Standard
    version: StandardVersion
    uses: int
    may_use: Decision


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the standard changes: those that one may use first."""
    user, actor = reader(request), actor_of(request)
    if not holds_any_role(user):
        raise Forbidden("Standard changes are read by those who hold a role.", remedy="Ask a Change Manager.")
    shown = [(one, selectors.shown_version(one)) for one in selectors.standards_for(user)]
    uses = selectors.times_used([version for _, version in shown])
    rows = [
        Row(one, version, uses.get(version.pk, 0), _may_use(request, version, uses.get(version.pk, 0)))
        for one, version in shown
    ]
    context = {
        "rows": sorted(rows, key=lambda row: (row.standard.retired_at is not None, not row.may_use)),
        "may_write": selectors.may_write_standards_now(actor),
        "may_propose": selectors.may_propose_now(user),
    }
    return render(request, "standards/list.html", context)


@login_required
@require_safe
def standard(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a standard change: what it allows, the changes made from it, and its versions."""
    user, actor = reader(request), actor_of(request)
    found = standard_of(request, ref)
    shown = selectors.shown_version(found)
    used = selectors.times_used([shown]).get(shown.pk, 0)
    made = selectors.uses_of(user, found)
    outcomes = outcomes_of(made)
    in_hand = selectors.version_in_hand(found)
    context = {
        "standard": found,
        "version": shown,
        "said": said_of(shown.content),
        "used": used,
        "may_use": _may_use(request, shown, used),
        "may_propose": selectors.may_propose_now(user),
        "in_hand": in_hand,
        "may_write": selectors.may_write_standards_now(actor) if in_hand is None else None,
        "may_retire": selectors.may_retire_now(actor, found),
        "uses": [use_of(one, outcomes.get(one.pk, "")) for one in made[:SHOWN_USES]],
        "all_uses": made.count(),
        "went": how_it_went(outcomes.values()),
        "versions": list(found.versions.all()),
        "because_of": [one for each in found.versions.all() for one in each.because_of],  # type: ignore[attr-defined]
    }
    return render(request, "standards/page.html", context)


@login_required
@require_safe
def version(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Show one version, who is asked about it, and what is different from ``against`` or from the one before it."""
    user, actor = reader(request), actor_of(request)
    shown = version_of(request, ref, number)
    versions = list(shown.standard.versions.all())
    named = request.GET.get("against", "")
    other = next((one for one in versions if str(one.number) == named), None) or before_of(shown, versions)
    asked = standing(shown.round) if shown.round else []
    context = {
        "standard": shown.standard,
        "version": shown,
        "versions": versions,
        "said": said_of(shown.content),
        "before": other,
        "moved": parts_moved(other.content, shown.content) if other else [],
        "asked": asked,
        "mine": next((one for one in asked if user in one.waited_on), None),
        "may_edit": selectors.may_edit_now(actor, shown) if shown.state == StandardState.DRAFT else None,
        "may_take_back": selectors.may_take_back_now(actor, shown) if shown.is_in_hand else None,
        "because_of": shown.because_of,  # type: ignore[attr-defined]
    }
    return render(request, "standards/version.html", context)


@login_required
@require_POST
def use(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a change from a standard change, and lead on to where it is written."""
    change = services.start_from_standard(actor=actor_of(request), standard=standard_of(request, ref))
    messages.success(
        request, f"{change.ref} is begun from {ref}. Choose what moves; its plan and way back are there."
    )
    return redirect("web:change-edit", ref=change.ref, step="what")


def standard_of(request: HttpRequest, ref: str) -> Standard:
    """Return the standard change that an address names, its versions with the actions that made them; or raise the 404
    for this person.
    """
    user = reader(request)
    found = selectors.standard_for(user, ref, because_of=behind_each(user, Becomes.STANDARD, ref))
    if found is None:
        raise not_found(request, ("standard", ref), exists=selectors.standard_exists(ref))
    return found


def version_of(request: HttpRequest, ref: str, number: str) -> StandardVersion:
    """Return the version that an address names, or raise the 404 for this person."""
    found = standard_of(request, ref)
    shown = next((one for one in found.versions.all() if one.number == int(number)), None)
    if shown is None:
        raise Http404(f"{ref} has no version {number}.")
    return shown


def _may_use(request: HttpRequest, shown: StandardVersion, uses: int) -> Decision:
    return selectors.may_use_now(actor_of(request), shown, uses)
