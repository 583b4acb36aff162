"""Signing one requirement: what is signed, what happens, the decision, and proof of who signs."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.accounts.enums import Role
from apps.approvals.enums import SignatureDecision
from apps.approvals.models import Requirement, Signature
from apps.approvals.rules import describe
from apps.approvals.rules.checklists import MOVING, WAIVERS
from apps.approvals.selectors import requirement_exists, requirement_for
from apps.approvals.services import Proof, Spent, mark_seen, show_signing, sign
from apps.audit.services import record_denial
from apps.core import clock
from apps.core.errors import Forbidden, Invalid, PortalError
from apps.web import preview
from apps.web.errors import add_to_form, not_found
from apps.web.forms.signing import SigningForm
from apps.web.proving import Proved, Ways, prove
from apps.web.reader import actor_of, reader, session_of

ACTION = "approval.sign"
APPROVES: dict[str, str] = {
    Role.SPONSOR: "Worth doing, at this risk",
    Role.STEWARD: "The data may be used so",
    Role.VALIDATOR: "Fit for its use",
    Role.OWNER: "My service can take it",
}
WAIVES, AGREES = "It may be set aside", "I agree"


@sensitive_post_parameters("password", "code", "passkey")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_requirement(request: HttpRequest, requirement: int) -> HttpResponse:
    """Ask for a decision, and record it when the person has proved who they are.

    A stale digest leaves as ``Stale``, which becomes a page of its own. A refusal is told on this page.
    """
    asked = requirement_for(reader(request), requirement)
    if asked is None:
        raise not_found(request, ("requirement", str(requirement)), exists=requirement_exists(requirement))
    return decide(request, asked, sign)


def decide(request: HttpRequest, asked: Requirement, sign_with: Callable[..., Signature]) -> HttpResponse:
    """Show the signing page, or answer it: ``sign_with`` records the decision, as ``approvals.services.sign`` does."""
    if request.method != "POST":
        return _opened(request, asked)
    form = SigningForm(request.POST, asked=asked)
    proved = prove(request, form, _ways(request, asked), _denied(request, asked))
    if proved is None:
        return _page(request, asked, form, status=422)
    try:
        signature = _sign(request, asked, form, proved, sign_with)
    except Invalid as error:
        add_to_form(form, error)
        return _page(request, asked, form, status=422)
    except Spent as error:
        return _page(request, asked, _again(request, asked, form, error), status=409)
    except Forbidden as error:
        _denied(request, asked)(error.reason)
        shown = preview.of(reader(request), asked)
        return _page(
            request, asked, _again(request, asked, form, error) if shown.allowed else None, shown, 403
        )
    messages.success(request, _said(asked, signature))
    return redirect(asked.round.subject_url)


def _ways(request: HttpRequest, asked: Requirement) -> Ways:
    return Ways(request, freshness=asked.round.freshness)


def _denied(request: HttpRequest, asked: Requirement) -> Callable[[str], None]:
    """Return what writes down why a signature was refused."""
    return lambda reason: record_denial(
        actor=actor_of(request), obj=asked.round, action=ACTION, reason=reason
    )


def _sign(
    request: HttpRequest,
    asked: Requirement,
    form: SigningForm,
    proved: Proved,
    sign_with: Callable[..., Signature],
) -> Signature:
    return sign_with(
        actor=actor_of(request),
        requirement=asked,
        digest=form.cleaned_data["digest"],
        decision=form.cleaned_data["decision"],
        note=form.cleaned_data["note"],
        checked=form.cleaned_data["checked"],
        proof=Proof(
            form.cleaned_data["nonce"], session_of(request), proved.method, proved.at, proved.earlier
        ),
    )


def _new_form(
    request: HttpRequest, asked: Requirement, given: Mapping[str, Any] | None = None
) -> SigningForm:
    """Return a form that answers this showing of the page, and no other."""
    shown = show_signing(actor=actor_of(request), requirement=asked, session=session_of(request))
    start = {**(given or {}), "digest": shown.digest, "nonce": shown.nonce}
    return SigningForm(initial=start, asked=asked)


def _again(request: HttpRequest, asked: Requirement, sent: SigningForm, error: PortalError) -> SigningForm:
    """Return a fresh form that says why the last one did not serve, with what the person wrote."""
    kept = {name: sent.cleaned_data[name] for name in ("decision", "checked", "note")}
    form = _new_form(request, asked, kept)
    messages.error(request, f"{error.reason} {error.remedy}")
    return form


def _opened(request: HttpRequest, asked: Requirement) -> HttpResponse:
    """Show the page for the first time, with a form for whoever may sign."""
    shown = preview.of(reader(request), asked)
    if request.method == "GET":
        mark_seen(actor=actor_of(request), requirement=asked, at=clock.now())
    return _page(request, asked, _new_form(request, asked) if shown.allowed else None, shown)


def _page(
    request: HttpRequest,
    asked: Requirement,
    form: SigningForm | None,
    shown: preview.Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "ways": _ways(request, asked) if form else None,
        "shown": shown or preview.of(reader(request), asked),
        "approve_says": _approve_says(asked),
        "as_whom": describe(asked.role, asked.component_label or asked.component_key),
    }
    return render(request, "signing/page.html", context, status=status)


def _approve_says(asked: Requirement) -> str:
    subject = asked.round.subject_type
    if subject in WAIVERS:
        return WAIVES
    return APPROVES.get(asked.role, AGREES) if subject in MOVING else AGREES


def _said(asked: Requirement, signature: Signature) -> str:
    role = describe(asked.role, asked.component_label or asked.component_key)
    done = {
        SignatureDecision.APPROVE.value: "signed",
        SignatureDecision.REJECT.value: "rejected",
    }.get(signature.decision, "abstained on")
    return f"You {done} {asked.round.subject_ref}, revision {asked.round.revision}, as {role}. It is in the ledger."
