"""Letting an urgent change go ahead before everyone has signed: what that does, who is passed over, and proof."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.approvals.rules import describe
from apps.approvals.rules.intents import Proof
from apps.approvals.selectors import authority_over, break_glass_of, passed_over
from apps.approvals.services import Spent
from apps.audit.services import record_denial
from apps.calendar.selectors import conflicts_of
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import change_exists, change_for, may_let_go_ahead_now, who_may_let_it_go_ahead
from apps.changes.services import let_go_ahead, show_letting_go
from apps.core import clock
from apps.core.decisions import Decision
from apps.core.errors import Forbidden, Invalid, PortalError
from apps.web import dates
from apps.web.consequences import listed
from apps.web.errors import add_to_form, not_found
from apps.web.forms.emergency import GoAheadForm
from apps.web.proving import Proved, Ways, prove
from apps.web.reader import actor_of, reader, session_of

ACTION = "change.go_ahead"


@sensitive_post_parameters("password", "code", "passkey")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def go_ahead(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a reason, the incident and the password; a refusal is told on this page."""
    change = change_for(reader(request), ref)
    if change is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    allowed = may_let_go_ahead_now(reader(request), change)
    if request.method != "POST":
        return _page(request, change, _new_form(request, change) if allowed else None, allowed)
    form = GoAheadForm(request.POST)
    if not form.is_valid() and not allowed:
        # Whoever may not do it learns that, and not that a field is empty.
        _denied(request, change)(allowed.reason)
        return _page(request, change, None, allowed, status=403)
    proved = prove(request, form, Ways(request), _denied(request, change))
    if proved is None:
        return _page(request, change, form, status=422)
    try:
        done = _let_go(request, change, form, proved)
    except Invalid as error:
        add_to_form(form, error)
        return _page(request, change, form, status=422)
    except Spent as error:
        return _page(request, change, _again(request, change, form, error), status=409)
    except Forbidden as error:
        _denied(request, change)(error.reason)
        allowed = may_let_go_ahead_now(reader(request), change)
        again = _again(request, change, form, error) if allowed else None
        return _page(request, change, again, allowed, status=403)
    messages.success(request, _said(done))
    return redirect("web:change", ref=done.ref)


@login_required
@require_safe
def attestation(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the attestation that a change went ahead, byte for byte (DSSE 1.0, in-toto Statement v1)."""
    change = change_for(reader(request), ref)
    if change is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    broken = break_glass_of(change.round)
    if broken is None:
        raise Http404(f"{change.ref} did not go ahead before everyone had signed.")
    response = HttpResponse(broken.attestation, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{change.ref}-went-ahead.dsse.json"'
    return response


def _denied(request: HttpRequest, change: Change) -> Callable[[str], None]:
    """Return what writes down why it was refused."""
    return lambda reason: record_denial(actor=actor_of(request), obj=change, action=ACTION, reason=reason)


def _let_go(request: HttpRequest, change: Change, form: GoAheadForm, proved: Proved) -> Change:
    given = form.cleaned_data
    return let_go_ahead(
        actor=actor_of(request),
        change=change,
        digest=given["digest"],
        reason=given["reason"],
        incident=given["incident"],
        proof=Proof(given["nonce"], session_of(request), proved.method, proved.at, proved.earlier),
    )


def _new_form(request: HttpRequest, change: Change, given: Mapping[str, Any] | None = None) -> GoAheadForm:
    """Return a form that answers this showing of the page, and no other."""
    shown = show_letting_go(actor=actor_of(request), change=change, session=session_of(request))
    return GoAheadForm(initial={**(given or {}), "digest": shown.digest, "nonce": shown.nonce})


def _again(request: HttpRequest, change: Change, sent: GoAheadForm, error: PortalError) -> GoAheadForm:
    """Return a fresh form with what the person wrote, and say why the last one did not serve."""
    messages.error(request, f"{error.reason} {error.remedy}")
    return _new_form(request, change, {name: sent.cleaned_data[name] for name in ("reason", "incident")})


def _page(
    request: HttpRequest,
    change: Change,
    form: GoAheadForm | None,
    allowed: Decision | None = None,
    status: int = 200,
) -> HttpResponse:
    decision = may_let_go_ahead_now(reader(request), change) if allowed is None else allowed
    shown = form is not None and bool(decision) and change.round is not None
    context = {
        "change": change,
        "form": form if shown else None,
        "ways": Ways(request) if shown else None,
        "decision": decision,
        "passed_over": _people(change) if shown else [],
        "hours": authority_over(change.round).hours if shown and change.round else 0,
        "starts": _starts(change) if shown else "",
        "blocking": [one for one in conflicts_of(change.ref) if one.blocking] if shown else [],
        "who": "" if shown else listed([str(user) for user in who_may_let_it_go_ahead(change)]),
    }
    return render(request, "changes/go_ahead.html", context, status=status)


def _people(change: Change) -> list[tuple[str, str]]:
    """Return each signature that would be passed over, with the people who could give it."""
    assert change.round is not None
    return [
        (
            describe(asked.role, asked.component_label or asked.component_key),
            ", ".join(map(str, people)) or "Nobody is left who could",
        )
        for asked, people in passed_over(change.round)
    ]


def _starts(change: Change) -> str:
    """Return when it could start, which no signature changes."""
    opens, ends, zone = change.planned_start, change.planned_end, change.time_zone
    if opens is None or ends is None:
        return "It has no window, so it cannot start."
    name = dates.zone_name(opens, zone)
    if clock.now() < opens:
        return f"It cannot start before {dates.when(opens, zone)} ({name}), when its window opens."
    if clock.now() < ends:
        return f"Its window is open until {dates.when(ends, zone)} ({name})."
    return f"Its window ended {dates.when(ends, zone)} ({name}), so it cannot start."


def _said(change: Change) -> str:
    if change.state == ChangeState.APPROVED:
        return f"{change.ref} may start in its window. Those you passed over have been told, and sign afterwards."
    return f"{change.ref} needs no more signatures to go, but something else is in its way: look at what blocks it."
